// The theme's FontAwesome replaces every <i> it sees by a picture, the icons of widgets too, which
// then lose their buttons (Play stops with an error). It may replace what is there at the start only.
window.FontAwesomeConfig = { observeMutations: false };
