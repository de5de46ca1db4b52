// The fault API of the stand-in.

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("连接不上平台替身，请确认服务还在运行");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

const post = (path, content) => ask(path, { method: "POST", body: JSON.stringify(content) });

/** What rules may name. */
export const fetchCatalog = () => ask("/faults/catalog");

/** The presets: title, note, rules. */
export const fetchPresets = () => ask("/static/fault-presets.json");

/** `{seed, rules}` with counters. */
export const fetchRules = () => ask("/faults/rules");

/** Put one rule into force; rejects with the reason in Chinese. */
export const addRule = (rule) => post("/faults/rules", rule);

/** Replace all rules. */
export const loadProfile = (profile) => post("/faults/profile", profile);

export const dropRule = (id) => ask(`/faults/rules/${id}`, { method: "DELETE" });

export const clearRules = () => ask("/faults/rules", { method: "DELETE" });
