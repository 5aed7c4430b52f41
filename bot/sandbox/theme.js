// Light, dark, or as the system has it; both columns change together.

import { $ } from "/view.js";

const THEMES = ["auto", "light", "dark"];
const chosen = () => (THEMES.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto");

function apply(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("theme").textContent = `Theme: ${theme}`;
}

export function listenToTheme() {
  apply(chosen());
  addEventListener("storage", () => apply(chosen()));
  $("theme").addEventListener("click", () => {
    localStorage.setItem("theme", THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length]);
    apply(chosen());
  });
}
