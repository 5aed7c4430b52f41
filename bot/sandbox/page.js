// The chat page: follows what the server streams, and wires the parts together.

import { listenToBeside } from "/beside.js";
import { actions, choose, drawHeader, drawStatus, nearBottom, putMessage, showTyping, toBottom } from "/chat.js";
import { listenToComposer } from "/composer.js";
import { toast } from "/calls.js";
import { listenToPanel } from "/panel.js";
import { drawList, listenToPeople } from "/people.js";
import { listenToTheme } from "/theme.js";
import { $, act, isBeside, person, view } from "/view.js";

/** The chat to begin with: the first person, in the second column the second one. */
const first = () => view.state.people[isBeside ? 1 : 0] ?? view.state.people[0];

function listenToServer() {
  const stream = new EventSource("/sandbox/events");
  const on = (name, handle) => stream.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  let fresh = true;
  on("people", (told) => {
    view.connected = true;
    view.state = told;
    if (!person()) view.chosen = first()?.id ?? null;
    view.speaker ??= first()?.id ?? null;
    drawList(choose);
    if (fresh && view.chosen) choose(view.chosen);
    else drawHeader();
    fresh = false;
  });
  on("message", ({ chat, message }) => {
    const one = [...view.state.people, ...view.state.groups].find((someone) => someone.id === chat);
    if (one) one.last = { text: message.text.slice(0, 100), date: message.date };
    if (chat === view.chosen) putMessage(message);
    drawList(choose);
  });
  on("deleted", ({ chat, message }) => {
    if (chat !== view.chosen) return;
    view.messages.delete(message);
    $(`message-${message}`)?.remove();
    drawHeader();
  });
  on("action", ({ chat, seconds }) => { if (chat === view.chosen) showTyping(seconds); });
  on("answer", ({ person: presser, message, text, show_alert: alert }) => {
    if (presser !== person()?.id) return;
    $(`message-${message}`)?.querySelectorAll(".busy").forEach((button) => button.classList.remove("busy"));
    if (alert && text) { $("alert-text").textContent = text; $("alert").showModal(); } else if (text) toast(text);
  });
  on("reset", () => location.reload());
  stream.onerror = () => { view.connected = false; fresh = true; drawStatus(); };
}

function listenToHeader() {
  $("begin").addEventListener("click", () => actions.say("/start"));
  $("unblock").addEventListener("click", () => act("unblock", {}));
  $("block").addEventListener("click", () => act(person().blocked ? "unblock" : "block", {}));
  $("language").addEventListener("change", (event) => act("language", { language: event.target.value || null }));
  $("speaker").addEventListener("change", (event) => { view.speaker = Number(event.target.value); choose(view.chosen); });
  $("standing").addEventListener("change", (event) => act("bot", { status: event.target.value }));
  $("log").addEventListener("scroll", () => { $("down").hidden = nearBottom(); });
  $("down").addEventListener("click", toBottom);
}

listenToTheme();
listenToBeside();
listenToPeople(choose);
listenToComposer(actions);
listenToHeader();
listenToPanel();
listenToServer();
