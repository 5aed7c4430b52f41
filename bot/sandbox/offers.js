// Inline mode: what is typed after the bot's name, and what the bot offers for it.

const PAUSE_MS = 350;
let latest = 0;

/** The text after the bot's name at the beginning of the field; null when it is not there. */
export function askedInline(text, username) {
  const name = `@${username} `;
  return text.toLowerCase().startsWith(name.toLowerCase()) ? text.slice(name.length) : null;
}

/** The offers, once the person has stopped typing; null when they went on, or nothing came. */
export async function offersOf(text, ask) {
  const mine = ++latest;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  if (mine !== latest) return null;
  const offers = await ask(text);
  return mine === latest ? offers : null;
}
