// The chat page: keeps the state that the server streams, draws it, and acts as the chosen person.

import { drawMessage, languageOf, make } from "/message.js";
import { askedInline, offersOf } from "/offers.js";
import { listenToPanel } from "/panel.js";

const EXAMPLES = {
  en: ["When was Ihar Losik arrested?", "Who was freed in September 2025?", "What is Viasna?"],
  ru: ["Когда задержали Игоря Лосика?", "Кого освободили в сентябре 2025 года?"],
  be: ["Калі затрымалі Ігара Лосіка?", "Каго вызвалілі ў верасні 2025 года?"],
};
const THEMES = ["auto", "light", "dark"];
const $ = (id) => document.getElementById(id);

let state = { people: [], groups: [], bot_listens: false };
let chosen = Number(sessionStorage.getItem("chat")) || null;
let speaker = Number(sessionStorage.getItem("speaker")) || null;
let messages = new Map();
let replyTo = null;
let editing = null;
let connected = false;
let typingTimer = null;

// Calls

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  try {
    const response = await fetch(`/sandbox/${path}`, options);
    const answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
    if (!response.ok) toast(answer.error ?? `The sandbox refused: ${response.status}`);
    return response.ok ? answer : null;
  } catch {
    toast("The sandbox does not answer. Is it still running?");
    return null;
  }
}

const group = () => state.groups.find((one) => one.id === chosen);
/** Who writes: the person of a private chat, or the chosen one of a group. */
const person = () => {
  const here = group();
  const id = !here ? chosen : here.members.includes(speaker) ? speaker : here.members[0];
  return state.people.find((one) => one.id === id);
};
const act = (name, body) => call(`chats/${chosen}/${name}`, group() ? { as: person().id, ...body } : body);

const actions = {
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
  username: () => state.username,
  inGroup: () => Boolean(group()),
  isOwn: (message) => message.sender != null && message.sender === person()?.id,
  nameOf(message) {
    if (message.from_bot) return actions.botName();
    return actions.isOwn(message) ? "You" : state.people.find((one) => one.id === message.sender)?.name ?? "Somebody";
  },
  /** The parameter of a link that opens the bot; null for any other link. */
  deepLink(address) {
    const [, name, start] = /^https:\/\/t\.me\/(\w+)\?start=([\w-]+)$/.exec(address ?? "") ?? [];
    return name === state.username ? start : null;
  },
  async start(parameter) {
    await choose(person().id, true);
    await actions.say(`/start ${parameter}`);
  },
};

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// People

function drawPeople() {
  $("people").replaceChildren(...state.people.map((one) => chatItem(one, one.language?.slice(0, 2) ?? "–", "Language of their Telegram")));
  $("groups").replaceChildren(...state.groups.map((one) => chatItem(one, String(one.members.length), "People in it")));
  $("groups-title").hidden = !state.groups.length;
  $("faults").classList.toggle("on", Boolean(state.fault));
  $("faults").textContent = state.fault ? `Faults: ${state.fault}` : "Faults";
}

function chatItem(one, badge, badgeMeans) {
  const isGroup = one.id < 0;
  return make("li", {}, make("button", {
    type: "button", "aria-current": one.id === chosen ? "true" : null, onclick: () => choose(one.id, true),
  },
  make("span", { class: `avatar hue-${Math.abs(one.id) % 6}${isGroup ? " group" : ""}`, "aria-hidden": "true" }, [...one.name][0]),
  make("span", { class: "name", lang: languageOf(one.name) }, one.name),
  make("span", { class: "badge", title: badgeMeans }, badge),
  make("span", { class: "last", lang: one.last ? languageOf(one.last.text) : "en" },
    one.blocked ? "blocked the bot" : one.last?.text.replaceAll("\n", " ") ?? "No messages yet")));
}

function drawHeader() {
  const one = person();
  if (!one) return;
  const here = group();
  $("bot-name").textContent = here ? here.name : one.bot_name;
  for (const id of ["speaker-label", "standing-label"]) $(id).hidden = !here;
  for (const id of ["language-label", "block"]) $(id).hidden = Boolean(here);
  if (here) {
    $("speaker").replaceChildren(...state.people.filter((each) => here.members.includes(each.id))
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

function drawStatus(text) {
  const here = group();
  const what = here ? `${here.kind}, ${here.members.length} people` : "bot";
  const fallback = !connected ? "connecting…" : state.bot_listens ? what : "the bot is starting…";
  $("status").textContent = text ?? fallback;
  $("status").className = text ? "busy" : connected && state.bot_listens ? "" : "waiting";
}

function drawWelcome(one) {
  $("welcome").hidden = messages.size > 0 || Boolean(group());
  const language = one.language?.slice(0, 2);
  const starting = "The bot is reading its sources. Ask already: it answers as soon as it is ready.";
  $("description").textContent = one.description || (state.bot_listens ? "" : starting);
  $("description").lang = languageOf(one.description);
  $("description").hidden = !$("description").textContent;
  const first = language in EXAMPLES ? EXAMPLES[language] : EXAMPLES.en;
  const others = Object.keys(EXAMPLES).filter((code) => code !== (language in EXAMPLES ? language : "en")).map((code) => EXAMPLES[code][0]);
  $("examples").replaceChildren(...[...first, ...others].map((text) => make("li", {},
    make("button", { type: "button", class: "chip", lang: languageOf(text), onclick: () => actions.say(text) }, text))));
}

async function choose(id, fromList = false) {
  chosen = id;
  if (id > 0) speaker = id;
  sessionStorage.setItem("chat", id);
  sessionStorage.setItem("speaker", speaker);
  cancelContext();
  showTyping(0);
  const found = await call(`chats/${id}`);
  if (chosen !== id || !found) return;
  messages = new Map(found.map((message) => [message.id, message]));
  // The log falls silent while it is filled, so that a screen reader does not read a whole chat.
  $("log").setAttribute("aria-live", "off");
  $("messages").replaceChildren(...found.map((message) => drawMessage(message, actions)));
  drawPeople();
  drawHeader();
  toBottom();
  setTimeout(() => $("log").setAttribute("aria-live", "polite"), 300);
  if (fromList) {
    document.body.dataset.view = "chat";
    $("text").focus();
  }
}

// Messages

function nearBottom() {
  const log = $("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < 160;
}

function toBottom() {
  $("log").scrollTop = $("log").scrollHeight;
}

/** A long answer is shown from its beginning, with the question above it, not from its end. */
function follow(item) {
  const log = $("log");
  const first = item.previousElementSibling?.classList.contains("own") ? item.previousElementSibling : item;
  log.scrollTop = first.offsetTop - log.offsetTop - 12;
}

function putMessage(message) {
  const stay = !nearBottom() && message.from_bot;
  const item = drawMessage(message, actions);
  const old = $(`message-${message.id}`);
  const focused = old?.contains(document.activeElement);
  messages.set(message.id, message);
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

function showTyping(seconds) {
  clearTimeout(typingTimer);
  $("typing").hidden = !seconds;
  drawStatus(seconds ? "typing…" : undefined);
  if (seconds) {
    if (nearBottom()) toBottom();
    typingTimer = setTimeout(() => showTyping(0), seconds * 1000);
  }
}

function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").textContent = ""; }, 3500);
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

function setContext(message, isEdit) {
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

function cancelContext() {
  if (editing) $("text").value = "";
  replyTo = editing = null;
  $("context").hidden = true;
  grow();
}

// Writing

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

function matchingCommands() {
  const typed = /^\/(\w*)$/.exec($("text").value);
  return typed ? (person()?.commands ?? []).filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
}

function showCommands(list) {
  const name = group() ? `@${state.username}` : "";
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
  if (!offers || askedInline($("text").value, state.username) !== text) return;
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
    const own = [...messages.values()].reverse().find((message) => actions.isOwn(message) && !message.via_bot && !message.service);
    if (own) { event.preventDefault(); setContext(own, true); }
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    const option = open && $("commands").querySelector('[aria-selected="true"]');
    if (option) option.click();
    else submit();
  }
}

// Light and dark

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("theme").textContent = `Theme: ${theme}`;
  localStorage.setItem("theme", theme);
}

// What the server tells

function listen() {
  const stream = new EventSource("/sandbox/events");
  const on = (name, handle) => stream.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  let first = true;
  on("people", (told) => {
    connected = true;
    state = told;
    if (!person()) chosen = state.people[0]?.id ?? null;
    speaker ??= state.people[0]?.id ?? null;
    drawPeople();
    if (first && chosen) choose(chosen);
    else drawHeader();
    first = false;
  });
  on("message", ({ chat, message }) => {
    const one = [...state.people, ...state.groups].find((someone) => someone.id === chat);
    if (one) one.last = { text: message.text.slice(0, 100), date: message.date };
    if (chat === chosen) putMessage(message);
    drawPeople();
  });
  on("deleted", ({ chat, message }) => {
    if (chat !== chosen) return;
    messages.delete(message);
    $(`message-${message}`)?.remove();
    drawHeader();
  });
  on("action", ({ chat, seconds }) => { if (chat === chosen) showTyping(seconds); });
  on("answer", ({ person: presser, message, text, show_alert: alert }) => {
    if (presser !== person()?.id) return;
    $(`message-${message}`)?.querySelectorAll(".busy").forEach((button) => button.classList.remove("busy"));
    if (alert && text) { $("alert-text").textContent = text; $("alert").showModal(); } else if (text) toast(text);
  });
  on("reset", () => location.reload());
  stream.onerror = () => { connected = false; first = true; drawStatus(); };
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
$("text").addEventListener("keydown", onKey);
$("text").addEventListener("input", () => {
  grow();
  const asked = askedInline($("text").value, state.username);
  if (asked == null) showCommands(matchingCommands());
  else showOffers(asked);
});
$("menu").addEventListener("click", () => {
  if ($("commands").hidden) {
    const list = person()?.commands ?? [];
    if (!list.length) toast("The bot has not set any commands yet");
    showCommands(list);
  } else hideCommands();
  $("text").focus();
});
document.addEventListener("click", (event) => { if (!event.target.closest("#composer")) hideCommands(); });
$("context-cancel").addEventListener("click", () => { cancelContext(); $("text").focus(); });
$("begin").addEventListener("click", () => actions.say("/start"));
$("unblock").addEventListener("click", () => act("unblock", {}));
$("block").addEventListener("click", () => act(person().blocked ? "unblock" : "block", {}));
$("language").addEventListener("change", (event) => act("language", { language: event.target.value || null }));
$("back").addEventListener("click", () => { document.body.dataset.view = "people"; $("people").querySelector("[aria-current]")?.focus(); });
$("new-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const added = await call("people", { name: $("new-name").value, language: $("language").value || null });
  if (added) { $("new-name").value = ""; choose(added.id, true); }
});
$("new-group").addEventListener("click", async () => {
  const added = await call("groups", { title: $("new-name").value.trim() || `Group ${state.groups.length + 1}` });
  if (added) { $("new-name").value = ""; choose(added.id, true); }
});
$("speaker").addEventListener("change", (event) => { speaker = Number(event.target.value); choose(chosen); });
$("standing").addEventListener("change", (event) => act("bot", { status: event.target.value }));
$("reset").addEventListener("click", () => call("reset", {}));
$("day").addEventListener("click", async () => { if (await call("clock", { seconds: 86_400 })) toast("It is tomorrow now"); });
$("theme").addEventListener("click", () => applyTheme(THEMES[(THEMES.indexOf(localStorage.getItem("theme") ?? "auto") + 1) % THEMES.length]));
$("log").addEventListener("scroll", () => { $("down").hidden = nearBottom(); });
$("down").addEventListener("click", toBottom);

listenToPanel(call, toast);
applyTheme(THEMES.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto");
grow();
listen();
