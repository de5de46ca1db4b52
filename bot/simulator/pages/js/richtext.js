// Text of the service's own messages may hold <a href="…">…</a> and nothing
// else (fact sheet 3.2). It is taken apart by hand into text nodes and links;
// any other tag stays visible as the characters it is made of.

import { h } from "./dom.js";

const LINK = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>/gi;

/** The address if a browser may safely open it, else the empty string. */
export function safeUrl(address) {
  if (!address) return "";
  try {
    const url = new URL(address, window.location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
  } catch {
    return "";
  }
}

/** A link that opens beside the page, or plain text when the address is not safe. */
export function link(address, label, className = "link") {
  const href = safeUrl(address);
  if (!href) return document.createTextNode(label);
  return h("a", { className, href, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Nodes for a message text with links. */
export function richText(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    nodes.push(text.slice(end, match.index));
    nodes.push(link(match[1] ?? match[2], match[3]));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
