"""Show launch and repository buttons only where the repository's address is set.

The address is `repository: url:` in `_config.yml`. Jupyter Book refuses repository buttons
without one, so they are switched on here, when there is one.
"""

BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button")


def set_buttons(app, config):
    options = config.html_theme_options
    if options.get("repository_url"):
        options.update({button: True for button in BUTTONS})
    else:
        options["launch_buttons"] = {}


def setup(app):
    app.connect("config-inited", set_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
