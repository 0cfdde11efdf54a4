"""What `make book` executed, in place of a kernel: with `COURSE_AS_BUILT=1` nbval compares what is stored with that.

Only if the build executed exactly this code, with this library and these packages; else a kernel executes it.
"""

from course_book import notebooks

from tests.conftest import ROOT


class Executed:
    """Answers what a chapter's cells answered when the book was built; nbval takes it for a kernel."""

    def __init__(self, cells):
        self.cells, self.messages = iter(cells), iter(())

    def is_alive(self):
        return True

    def execute_cell_input(self, source, allow_stdin=None):
        cell = next(cell for cell in self.cells if cell.source == source)     # in order; some may not be asked for
        answers = [*((output.output_type, output) for output in cell.outputs), ("status", {"execution_state": "idle"})]
        self.messages = ({"msg_type": kind, "content": content, "parent_header": {}} for kind, content in answers)

    def await_reply(self, asked, timeout=None):
        pass

    def get_message(self, stream, timeout=None):
        return next(self.messages)

    def stop(self):
        pass


def answer(chapter):
    """Let the build answer for a chapter, where it can."""
    if chapter.kernel is None and (cells := notebooks.executed(chapter.path, ROOT / "_build")):
        chapter.kernel = Executed(cells)
        chapter.setup = chapter.setup_sanitize_files       # all that its setup does but starting a kernel
