// A second column with another chat: this page once more, without the list, so that two people can be watched at once.

import { $, isBeside } from "/view.js";

export function listenToBeside() {
  document.body.classList.toggle("is-beside", isBeside);
  $("two").addEventListener("click", () => show($("beside").hidden));
  show(!isBeside && sessionStorage.getItem("two") === "yes");
}

function show(shown) {
  if (shown && !$("beside").src) $("beside").src = "/?beside";
  $("beside").hidden = !shown;
  document.body.classList.toggle("has-beside", shown);
  $("two").setAttribute("aria-pressed", String(shown));
  if (!isBeside) sessionStorage.setItem("two", shown ? "yes" : "no");
}
