// The list of chats, and what can be added to it.

import { call } from "/calls.js";
import { languageOf, make } from "/message.js";
import { $, view } from "/view.js";

/** Draw people and groups; `choose` opens one. */
export function drawList(choose) {
  $("people").replaceChildren(...view.state.people.map((one) => chatItem(one, one.language?.slice(0, 2) ?? "–", "Language of their Telegram", choose)));
  $("groups").replaceChildren(...view.state.groups.map((one) => chatItem(one, String(one.members.length), "People in it", choose)));
  drawChooser();
  $("groups-title").hidden = !view.state.groups.length;
  $("faults").classList.toggle("on", Boolean(view.state.fault));
  $("faults").textContent = view.state.fault ? `Faults: ${view.state.fault}` : "Faults";
}

function chatItem(one, badge, badgeMeans, choose) {
  const isGroup = one.id < 0;
  return make("li", {}, make("button", {
    type: "button", "aria-current": one.id === view.chosen ? "true" : null, onclick: () => choose(one.id, true),
  },
  make("span", { class: `avatar hue-${Math.abs(one.id) % 6}${isGroup ? " group" : ""}`, "aria-hidden": "true" }, [...one.name][0]),
  make("span", { class: "name", lang: languageOf(one.name) }, one.name),
  make("span", { class: "badge", title: badgeMeans }, badge),
  make("span", { class: "last", lang: one.last ? languageOf(one.last.text) : "en" },
    one.blocked ? "blocked the bot" : one.last?.text.replaceAll("\n", " ") ?? "No messages yet")));
}

/** The list as a menu, for the second column, which has no room for it. */
function drawChooser() {
  const option = (one) => make("option", { value: one.id, selected: one.id === view.chosen, lang: languageOf(one.name) }, one.name);
  $("chooser").replaceChildren(
    make("optgroup", { label: "Talk to the bot as" }, ...view.state.people.map(option)),
    ...(view.state.groups.length ? [make("optgroup", { label: "Groups" }, ...view.state.groups.map(option))] : []));
}

export function listenToPeople(choose) {
  const add = async (path, body) => {
    const added = await call(path, body);
    if (added) { $("new-name").value = ""; choose(added.id, true); }
  };
  $("new-person").addEventListener("submit", (event) => {
    event.preventDefault();
    add("people", { name: $("new-name").value, language: $("language").value || null });
  });
  $("new-group").addEventListener("click", () =>
    add("groups", { title: $("new-name").value.trim() || `Group ${view.state.groups.length + 1}` }));
  $("chooser").addEventListener("change", (event) => choose(Number(event.target.value)));
  $("back").addEventListener("click", () => { document.body.dataset.view = "people"; $("people").querySelector("[aria-current]")?.focus(); });
}
