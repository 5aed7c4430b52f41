// Calls to the sandbox, and the line that says for a moment what came of them.

export async function call(path, body) {
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

/** Say something for a moment. */
export function toast(text) {
  const line = document.getElementById("toast");
  line.textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { line.textContent = ""; }, 3500);
}
