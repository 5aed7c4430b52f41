// What is done to the sandbox itself: jumps in time, empty chats, and what goes wrong with the bot's next messages.

import { call, toast } from "/calls.js";
import { $ } from "/view.js";

async function skip(seconds) {
  const told = await call("clock", { seconds });
  if (!told) return;
  const now = new Date(told.now * 1000);
  const time = now.toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  toast(`It is ${time} now`);
}

export function listenToPanel() {
  $("hour").addEventListener("click", () => skip(3600));
  $("day").addEventListener("click", () => skip(86_400));
  $("reset").addEventListener("click", () => call("reset", {}));
  $("faults").addEventListener("click", () => $("panel").showModal());
  $("panel-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = { kind: $("fault-kind").value, seconds: Number($("fault-seconds").value), times: Number($("fault-times").value) };
    if (await call("faults", wanted)) { $("panel").close(); toast("The next messages of the bot will meet it"); }
  });
  $("fault-end").addEventListener("click", async () => {
    if (await call("faults", { kind: "none" })) { $("panel").close(); toast("Nothing goes wrong any more"); }
  });
}
