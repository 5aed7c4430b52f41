// Draws one message. Text becomes DOM nodes only: no markup is ever parsed, so no text can become code.

const INLINE = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
};
const LINKABLE = /^(https?|tg):\/\//i;

/** Makes an element: make("a", {href: "…", class: "x", onclick: f}, child, "text", …) */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** An icon of the page's own set, drawn as strokes. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** The language that a text is probably in, for the screen reader's voice. */
export function languageOf(text) {
  if (/[ўі’]/i.test(text) && /[а-яё]/i.test(text) && /[ўі]/i.test(text)) return "be";
  return /[а-яё]/i.test(text) ? "ru" : "en";
}

/** The nodes of a text with its entities; offsets count UTF-16 units, as JavaScript's strings do. */
export function formatted(text, entities, actions) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return pieces(text, sorted, 0, text.length, actions);
}

function pieces(text, entities, begin, end, actions) {
  const nodes = [];
  let here = begin;
  for (let index = 0; index < entities.length; index++) {
    const entity = entities[index];
    const last = entity.offset + entity.length;
    if (entity.offset < here) continue;
    const inner = entities.slice(index + 1).filter((e) => e.offset >= entity.offset && e.offset + e.length <= last);
    nodes.push(plain(text.slice(here, entity.offset)));
    nodes.push(drawn(entity, text.slice(entity.offset, last), pieces(text, inner, entity.offset, last, actions), actions));
    here = last;
  }
  nodes.push(plain(text.slice(here, end)));
  return trimmedAfterBlocks(nodes.filter((node) => node.nodeType !== Node.TEXT_NODE || node.data));
}

function plain(text) {
  return document.createTextNode(text);
}

/** A quote stands on lines of its own, so the line break after it is already shown. */
function trimmedAfterBlocks(nodes) {
  const isBlock = (node) => node && (node.nodeName === "BLOCKQUOTE" || node.nodeName === "PRE");
  nodes.forEach((node, index) => {
    if (node.nodeType !== Node.TEXT_NODE) return;
    // The break before a quote only ends its line; the one after it would draw an empty line.
    if (isBlock(nodes[index - 1])) node.data = node.data.replace(/^\n/, "");
  });
  return nodes;
}

function drawn(entity, text, inner, actions) {
  switch (entity.type) {
    case "blockquote":
    case "expandable_blockquote":
      return quoted(text, inner, entity.type === "expandable_blockquote");
    case "text_link":
    case "url": {
      const address = entity.url ?? text;
      if (!LINKABLE.test(address)) return make("span", {}, ...inner);
      return make("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address }, ...inner);
    }
    case "bot_command":
      return make("button", { type: "button", class: "command", onclick: () => actions.say(text) }, ...inner);
    case "spoiler": {
      const reveal = () => { cover.classList.remove("covered"); cover.removeAttribute("role"); cover.removeAttribute("aria-label"); cover.tabIndex = -1; };
      const cover = make("span", {
        class: "spoiler covered", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show", onclick: reveal,
        onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); reveal(); } },
      }, make("span", {}, ...inner));
      return cover;
    }
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return make("span", { class: "mention" }, ...inner);
    default:
      return make(INLINE[entity.type] ?? "span", {}, ...inner);
  }
}

function quoted(text, inner, expandable) {
  const quote = make("blockquote", { lang: languageOf(text) }, make("div", { class: "quote" }, ...inner));
  if (expandable) {
    quote.classList.add("folded");
    const more = make("button", {
      type: "button", class: "more", "aria-expanded": "false",
      onclick: () => {
        const folded = quote.classList.toggle("folded");
        more.setAttribute("aria-expanded", String(!folded));
        more.textContent = folded ? "Show more" : "Show less";
      },
    }, "Show more");
    quote.append(more);
  }
  return quote;
}

/** Time of day, or date and time when it was not today. */
function timeOf(seconds) {
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return today ? time : `${date.toLocaleDateString([], { day: "numeric", month: "short" })} ${time}`;
}

function replyHeader(reply, actions) {
  if (!reply) return null;
  return make("button", { type: "button", class: "reply", onclick: () => actions.jump(reply.id) },
    make("b", {}, actions.nameOf(reply)),
    make("span", { lang: languageOf(reply.text) }, reply.text.replaceAll("\n", " ")));
}

function keyboard(message, actions) {
  if (!message.keyboard.length) return null;
  const rows = message.keyboard.map((row) => make("div", { class: "row" }, ...row.map((button) => key(message, button, actions))));
  return make("div", { class: "keyboard", role: "group", "aria-label": "Buttons of this message" }, ...rows);
}

function key(message, button, actions) {
  const label = make("span", { lang: languageOf(button.text) }, button.text);
  const start = actions.deepLink(button.url);
  if (start != null) {
    return make("button", { type: "button", title: `opens the private chat: /start ${start}`, onclick: () => actions.start(start) },
      label, icon("M5 12h14M13 6l6 6-6 6"));
  }
  if (button.url) {
    return make("a", { href: LINKABLE.test(button.url) ? button.url : null, target: "_blank", rel: "noopener noreferrer", title: button.url },
      label, icon("M8 16l8-8M9 8h7v7"), make("span", { class: "visually-hidden" }, " (opens a new tab)"));
  }
  if (button.copy_text) {
    return make("button", { type: "button", title: button.copy_text.text, onclick: () => actions.copy(button.copy_text.text) },
      label, icon("M9 9h10v10H9zM5 15V5h10"));
  }
  const pressable = button.callback_data != null;
  return make("button", {
    type: "button", disabled: !pressable, title: pressable ? `callback data: ${button.callback_data}` : "not emulated",
    onclick: (event) => actions.press(message, button, event.currentTarget),
  }, label);
}

/** Who wrote it: shown in a group, else for screen readers alone; and what it came through. */
function senderLine(message, actions) {
  const via = message.via_bot ? `via @${actions.username()}` : message.guest ? "guest" : "";
  const shown = via || (actions.inGroup() && !actions.isOwn(message));
  return make("span", { class: shown ? "sender" : "visually-hidden" }, actions.nameOf(message),
    via ? make("span", { class: "via", lang: "en" }, ` ${via}`) : null, shown ? null : ":");
}

/** The list item of a message. */
export function drawMessage(message, actions) {
  if (message.service) return make("li", { id: `message-${message.id}`, class: "service" }, message.text);
  const meta = make("span", { class: "meta", lang: "en" },
    message.silent ? make("span", { title: "Sent without sound" }, "silent ") : null,
    message.edits ? make("span", {}, "edited ") : null,
    make("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)));
  const body = make("div", { class: "text", lang: languageOf(message.text) },
    ...formatted(message.text, message.entities, actions), meta);
  const details = make("button", {
    type: "button", class: "dots", "aria-label": `Details of message ${message.id}`, onclick: () => actions.details(message),
  }, icon("M5 12h.01M12 12h.01M19 12h.01"));
  const bubble = make("div", { class: "bubble" },
    senderLine(message, actions),
    replyHeader(message.reply, actions), body, details);
  return make("li", { id: `message-${message.id}`, class: actions.isOwn(message) ? "own" : "theirs" }, bubble, keyboard(message, actions));
}
