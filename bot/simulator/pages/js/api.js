// The two calls of the browser API that are not the stream.

/** The full state, as the server knows it now. */
export async function fetchState() {
  const response = await fetch("/ui/state", { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`GET /ui/state answered ${response.status}`);
  return response.json();
}

/**
 * Do something in the platform's place. Resolves to the answer
 * (`{ok: true, …}`) and rejects with a Chinese message otherwise.
 */
export async function act(name, fields = {}) {
  let answer;
  try {
    const response = await fetch("/ui/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: name, ...fields }),
    });
    answer = await response.json();
  } catch {
    throw new Error("连接不上平台替身，请确认服务还在运行");
  }
  if (!answer.ok) throw new Error(answer.error || "平台替身没有说明原因，请看平台调用记录");
  return answer;
}
