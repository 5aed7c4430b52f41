// The open chat: its header, its messages, what is typed in it, and the details of a message.

import { call, toast } from "/calls.js";
import { cancelContext, setContext } from "/composer.js";
import { drawMessage, languageOf, make } from "/message.js";
import { drawList } from "/people.js";
import { $, act, group, open, person, view } from "/view.js";

const EXAMPLES = {
  en: ["When was Ihar Losik arrested?", "Who was freed in September 2025?", "What is Viasna?"],
  ru: ["Когда задержали Игоря Лосика?", "Кого освободили в сентябре 2025 года?"],
  be: ["Калі затрымалі Ігара Лосіка?", "Каго вызвалілі ў верасні 2025 года?"],
};
let typingTimer = null;

export const actions = {
  say: (text) => act("say", { text }),
  jump(id) {
    const target = $(`message-${id}`);
    if (!target) return toast("That message was deleted");
    target.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    target.classList.remove("flash");
    requestAnimationFrame(() => target.classList.add("flash"));
  },
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied to the clipboard");
    } catch {
      toast(text);
    }
  },
  async press(message, button, element) {
    element.classList.add("busy");
    await act("press", { message: message.id, data: button.callback_data });
    setTimeout(() => element.classList.remove("busy"), 4000);
  },
  details: showDetails,
  botName: () => person()?.bot_name ?? "sprava",
  username: () => view.state.username,
  inGroup: () => Boolean(group()),
  isOwn: (message) => message.sender != null && message.sender === person()?.id,
  nameOf(message) {
    if (message.from_bot) return actions.botName();
    return actions.isOwn(message) ? "You" : view.state.people.find((one) => one.id === message.sender)?.name ?? "Somebody";
  },
  /** The parameter of a link that opens the bot; null for any other link. */
  deepLink(address) {
    const [, name, start] = /^https:\/\/t\.me\/(\w+)\?start=([\w-]+)$/.exec(address ?? "") ?? [];
    return name === view.state.username ? start : null;
  },
  async start(parameter) {
    await choose(person().id, true);
    await actions.say(`/start ${parameter}`);
  },
};

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function drawHeader() {
  const one = person();
  if (!one) return;
  const here = group();
  document.body.classList.toggle("in-group", Boolean(here));
  $("bot-name").textContent = here ? here.name : one.bot_name;
  for (const id of ["speaker-label", "standing-label"]) $(id).hidden = !here;
  for (const id of ["language-label", "block"]) $(id).hidden = Boolean(here);
  if (here) {
    $("speaker").replaceChildren(...view.state.people.filter((each) => here.members.includes(each.id))
      .map((each) => make("option", { value: each.id, selected: each.id === one.id }, each.name)));
    $("standing").value = here.bot;
  }
  $("language").value = one.language?.slice(0, 2) ?? "";
  $("block").setAttribute("aria-pressed", String(one.blocked));
  $("block").textContent = one.blocked ? "Unblock" : "Block";
  $("composer").hidden = one.blocked && !here;
  $("unblock").hidden = !one.blocked || Boolean(here);
  document.title = `${here ? here.name : one.name} · sprava sandbox`;
  drawStatus();
  drawWelcome(one);
}

export function drawStatus(text) {
  const here = group();
  const what = here ? `${here.kind}, ${here.members.length} people` : "bot";
  const fallback = !view.connected ? "connecting…" : view.state.bot_listens ? what : "the bot is starting…";
  $("status").textContent = text ?? fallback;
  $("status").className = text ? "busy" : view.connected && view.state.bot_listens ? "" : "waiting";
}

function drawWelcome(one) {
  $("welcome").hidden = view.messages.size > 0 || Boolean(group());
  const language = one.language?.slice(0, 2);
  const starting = "The bot is reading its sources. Ask already: it answers as soon as it is ready.";
  $("description").textContent = one.description || (view.state.bot_listens ? "" : starting);
  $("description").lang = languageOf(one.description);
  $("description").hidden = !$("description").textContent;
  const first = language in EXAMPLES ? EXAMPLES[language] : EXAMPLES.en;
  const others = Object.keys(EXAMPLES).filter((code) => code !== (language in EXAMPLES ? language : "en")).map((code) => EXAMPLES[code][0]);
  $("examples").replaceChildren(...[...first, ...others].map((text) => make("li", {},
    make("button", { type: "button", class: "chip", lang: languageOf(text), onclick: () => actions.say(text) }, text))));
}

export async function choose(id, fromList = false) {
  open(id);
  cancelContext();
  showTyping(0);
  const found = await call(`chats/${id}`);
  if (view.chosen !== id || !found) return;
  view.messages = new Map(found.map((message) => [message.id, message]));
  // The log falls silent while it is filled, so that a screen reader does not read a whole chat.
  $("log").setAttribute("aria-live", "off");
  $("messages").replaceChildren(...found.map((message) => drawMessage(message, actions)));
  drawList(choose);
  drawHeader();
  toBottom();
  setTimeout(() => $("log").setAttribute("aria-live", "polite"), 300);
  if (fromList) {
    document.body.dataset.view = "chat";
    $("text").focus();
  }
}

export function nearBottom() {
  const log = $("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < 160;
}

export function toBottom() {
  $("log").scrollTop = $("log").scrollHeight;
}

/** A long answer is shown from its beginning, with the question above it, not from its end. */
function follow(item) {
  const log = $("log");
  const first = item.previousElementSibling?.classList.contains("own") ? item.previousElementSibling : item;
  log.scrollTop = first.offsetTop - log.offsetTop - 12;
}

export function putMessage(message) {
  const stay = !nearBottom() && message.from_bot;
  const item = drawMessage(message, actions);
  const old = $(`message-${message.id}`);
  const focused = old?.contains(document.activeElement);
  view.messages.set(message.id, message);
  if (old) {
    item.classList.add("changed");
    old.replaceWith(item);
    if (focused) item.querySelector(".keyboard button, .keyboard a, .dots")?.focus();
  } else {
    item.classList.add("new");
    $("messages").append(item);
    if (message.from_bot) showTyping(0);
    if (!stay) follow(item);
  }
  drawHeader();
}

export function showTyping(seconds) {
  clearTimeout(typingTimer);
  $("typing").hidden = !seconds;
  drawStatus(seconds ? "typing…" : undefined);
  if (seconds) {
    if (nearBottom()) toBottom();
    typingTimer = setTimeout(() => showTyping(0), seconds * 1000);
  }
}

function showDetails(message) {
  const { calls, ...rest } = message;
  $("details-title").textContent = `Message ${message.id}`;
  const shown = calls.length
    ? calls.map((one) => [`${one.method} (call ${one.sequence})`, one.parameters])
    : [["Written by this person", rest]];
  $("details-body").replaceChildren(...shown.flatMap(([title, value]) => [
    make("h3", {}, title), make("pre", { tabindex: 0 }, JSON.stringify(value, null, 2)),
  ]));
  const reply = make("button", { type: "button", class: "quiet", onclick: () => setContext(message, false) }, "Reply");
  const edit = make("button", { type: "button", class: "quiet", onclick: () => setContext(message, true) }, "Edit");
  $("details-actions").replaceChildren(reply, ...(actions.isOwn(message) && !message.via_bot ? [edit] : []));
  $("details").showModal();
}
