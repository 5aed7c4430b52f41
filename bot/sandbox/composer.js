// The message field: writing, replying and editing, commands, and what inline mode offers while one types.

import { languageOf, make } from "/message.js";
import { askedInline, offersOf } from "/offers.js";
import { toast } from "/calls.js";
import { $, act, group, person, view } from "/view.js";

let actions = null;
let replyTo = null;
let editing = null;

export function setContext(message, isEdit) {
  $("details").close();
  replyTo = isEdit ? null : message.id;
  editing = isEdit ? message.id : null;
  $("context").hidden = false;
  $("context-title").textContent = isEdit ? "Edit message" : `Reply to ${actions.isOwn(message) ? "yourself" : actions.nameOf(message)}`;
  $("context-text").textContent = message.text.replaceAll("\n", " ");
  if (isEdit) $("text").value = message.text;
  grow();
  $("text").focus();
}

export function cancelContext() {
  if (editing) $("text").value = "";
  replyTo = editing = null;
  $("context").hidden = true;
  grow();
}

async function submit() {
  const text = $("text").value.trim();
  if (!text) return;
  hideCommands();
  const sending = editing
    ? act("edit", { message: editing, text })
    : act("say", { text, ...(replyTo ? { reply_to: replyTo } : {}) });
  // The field is empty at once: whoever writes on does not lose what they write before the answer.
  $("text").value = "";
  editing = null;
  cancelContext();
  if (!await sending && !$("text").value) {
    $("text").value = text;
    grow();
  }
}

function grow() {
  const field = $("text");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
  $("send").disabled = !field.value.trim();
}

/** The commands that the bot offers here. */
const menu = () => (group() ? person()?.group_commands : person()?.commands) ?? [];

function matchingCommands() {
  const typed = /^\/(\w*)$/.exec($("text").value);
  return typed ? menu().filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
}

function showCommands(list) {
  const name = group() ? `@${view.state.username}` : "";
  showOptions(list.map((one) => ({
    title: `/${one.command}`, detail: one.description, run: () => actions.say(`/${one.command}${name}`),
  })), 0);
  $("menu").setAttribute("aria-expanded", String(list.length > 0));
}

/** Options above the message field; the arrows choose one. With `first` < 0 Enter sends what is written. */
function showOptions(list, first) {
  $("commands").hidden = !list.length;
  $("commands").replaceChildren(...list.map((one, index) => make("li", {
    id: `command-${index}`, role: "option", "aria-selected": String(index === first), class: one.kind,
    onclick: () => { $("text").value = ""; hideCommands(); grow(); one.run(); },
  }, make("b", { lang: languageOf(one.title) }, one.title), make("span", { lang: languageOf(one.detail) }, one.detail))));
  if (list.length && first >= 0) $("text").setAttribute("aria-activedescendant", `command-${first}`);
  else $("text").removeAttribute("aria-activedescendant");
}

/** What the bot offers for the text after its name. */
async function showOffers(text) {
  const offers = await offersOf(text, (asked) => act("inline", { text: asked }));
  if (!offers || askedInline($("text").value, view.state.username) !== text) return;
  const above = offers.button ? [{ kind: "above", title: offers.button.text, detail: "", run: () => actions.start(offers.button.start_parameter) }] : [];
  showOptions([...above, ...offers.results.map((card) => ({
    kind: "offer", title: card.title, detail: card.description, run: () => act("choose", { query: offers.query, result: card.id }),
  }))], -1);
}

function hideCommands() {
  showCommands([]);
}

function moveCommand(step) {
  const options = [...$("commands").children];
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = now < 0 && step < 0 ? options.length - 1 : (now + step + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
  options[next].scrollIntoView({ block: "nearest" });
  $("text").setAttribute("aria-activedescendant", options[next].id);
}

function onKey(event) {
  const open = !$("commands").hidden;
  if (event.isComposing) return;
  if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    moveCommand(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") {
    if (open) hideCommands();
    else cancelContext();
  } else if (event.key === "ArrowUp" && !$("text").value) {
    const own = [...view.messages.values()].reverse().find((message) => actions.isOwn(message) && !message.via_bot && !message.service);
    if (own) { event.preventDefault(); setContext(own, true); }
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    const option = open && $("commands").querySelector('[aria-selected="true"]');
    if (option) option.click();
    else submit();
  }
}

export function listenToComposer(given) {
  actions = given;
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  $("text").addEventListener("keydown", onKey);
  $("text").addEventListener("input", () => {
    grow();
    const asked = askedInline($("text").value, view.state.username);
    if (asked == null) showCommands(matchingCommands());
    else showOffers(asked);
  });
  $("menu").addEventListener("click", () => {
    if ($("commands").hidden) {
      if (!menu().length) toast("The bot has not set any commands yet");
      showCommands(menu());
    } else hideCommands();
    $("text").focus();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest("#composer")) hideCommands(); });
  $("context-cancel").addEventListener("click", () => { cancelContext(); $("text").focus(); });
  grow();
}
