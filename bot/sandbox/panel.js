// The small panel of faults: what goes wrong with the bot's next messages.

const $ = (id) => document.getElementById(id);

export function listenToPanel(call, toast) {
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
