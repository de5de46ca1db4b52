"use strict";

/** Waits until nobody has typed for so many milliseconds. */
const REST = 400;

for (const box of document.querySelectorAll("[data-box]")) {
  const text = box.querySelector("[data-check]");
  const verdict = box.querySelector(".verdict");
  let timer = 0;
  let asked = 0;

  /** Asks what is wrong with the text, or how many people it means; an older answer is dropped. */
  async function ask(isEstimate) {
    const mine = ++asked;
    const form = new URLSearchParams({ when: text.value });
    if (isEstimate) form.set("estimate", "1");
    try {
      const response = await fetch("/tags/check", { method: "POST", body: form });
      const answer = await response.json();
      if (mine !== asked) return;
      verdict.textContent = answer.message;
      verdict.className = "verdict " + (answer.ok ? "plus" : "minus");
      text.setAttribute("aria-invalid", String(!answer.ok && answer.message !== ""));
    } catch {
      if (mine === asked) verdict.textContent = "";
    }
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(false), REST);
  });
  box.querySelector("[data-estimate]").addEventListener("click", () => ask(true));
}
