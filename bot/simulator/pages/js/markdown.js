// WeCom's subset of markdown (fact sheet 3.2): headings, bold, links, inline
// code, quotes, three font colours. Whatever else is written stays as written.

import { h } from "./dom.js";
import { link } from "./richtext.js";

const BOLD = /\*\*(.+?)\*\*/;
const CODE = /`([^`]+)`/;
const LINK = /\[([^\]]+)\]\(([^)\s]+)\)/;
const FONT = /<font color="(info|comment|warning)">(.*?)<\/font>/;
const INLINE = new RegExp([BOLD, CODE, LINK, FONT].map(({ source }) => source).join("|"), "g");

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index), span(match));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function span([, bold, code, label, address, tone, coloured]) {
  if (bold !== undefined) return h("strong", {}, ...inline(bold));
  if (code !== undefined) return h("code", {}, code);
  if (label !== undefined) return link(address, label);
  return h("span", { className: `tone-${tone}` }, ...inline(coloured));
}

/** One block per line. */
export function markdown(text) {
  return text.split("\n").map((line) => {
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading) return h("h4", {}, ...inline(heading[1]));
    const quote = /^>\s?(.*)$/.exec(line);
    if (quote) return h("blockquote", {}, ...inline(quote[1]));
    return h("p", {}, ...inline(line));
  });
}
