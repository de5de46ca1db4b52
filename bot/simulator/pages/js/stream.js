// Live updates: one EventSource, and the full state after every (re)connect.

import { fetchState } from "./api.js";

const RETRY_MS = 1500;

/**
 * Keep `store` up to date until the page closes. Events that arrive while the
 * full state is on its way are held back and applied after it.
 */
export function follow(store) {
  const source = new EventSource("/ui/stream");
  let held = [];
  let isHolding = true;

  source.addEventListener("open", async () => {
    isHolding = true;
    held = [];
    try {
      store.load(await fetchState());
    } catch {
      restart();
      return;
    }
    isHolding = false;
    for (const event of held) store.apply(event);
    store.setConnected(true);
  });
  source.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    if (isHolding) held.push(event);
    else store.apply(event);
  });
  source.addEventListener("error", () => {
    store.setConnected(false);
    // While CONNECTING the browser tries again by itself; a refusal is final for it.
    if (source.readyState === EventSource.CLOSED) restart();
  });

  function restart() {
    source.close();
    store.setConnected(false);
    setTimeout(() => follow(store), RETRY_MS);
  }
}
