// Names for what the theme leaves unnamed: the arrows that unfold the sidebar's chapters.
setTimeout(() => {
  for (const summary of document.querySelectorAll(".has-children > details > summary")) {
    const link = summary.closest(".has-children").querySelector("a");
    if (link) summary.setAttribute("aria-label", `Pages of ${link.textContent.trim()}`);
  }
});
