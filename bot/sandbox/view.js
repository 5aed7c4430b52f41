// What this page knows: the state that the server streams, the open chat, and who acts in it.

import { call } from "/calls.js";

export const $ = (id) => document.getElementById(id);

/** Whether this is the second column, the same page again without the list. */
export const isBeside = location.search === "?beside";
const KEY = isBeside ? "chat-beside" : "chat";

export const view = {
  state: { people: [], groups: [], bot_listens: false },
  chosen: Number(sessionStorage.getItem(KEY)) || null,
  speaker: Number(sessionStorage.getItem(`${KEY}-speaker`)) || null,
  messages: new Map(),
  connected: false,
};

/** Remember the open chat, and who writes in it, for the next time this page is opened. */
export function open(id) {
  view.chosen = id;
  if (id > 0) view.speaker = id;
  sessionStorage.setItem(KEY, id);
  sessionStorage.setItem(`${KEY}-speaker`, view.speaker);
}

export const group = () => view.state.groups.find((one) => one.id === view.chosen);

/** Who writes: the person of a private chat, or the chosen one of a group. */
export function person() {
  const here = group();
  const id = !here ? view.chosen : here.members.includes(view.speaker) ? view.speaker : here.members[0];
  return view.state.people.find((one) => one.id === id);
}

/** Do something as that person. */
export const act = (name, body) => call(`chats/${view.chosen}/${name}`, group() ? { as: person().id, ...body } : body);
