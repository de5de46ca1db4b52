// What the pages know: the last full state plus every event since.

const CALLS_KEPT = 200;

/** Kinds of messages that do not count as news for the reader. */
const SILENT = new Set(["event"]);

export class Store extends EventTarget {
  constructor() {
    super();
    this.isLoaded = false;
    this.isConnected = false;
    this.corp = {};
    this.menus = {};
    this.people = new Map();
    this.conversations = new Map();
    this.contactWays = [];
    this.groups = [];
    this.links = [];
    this.calls = [];
    this.seen = new Map();
    this.clock = { base: Date.now(), at: performance.now(), isRunning: false };
  }

  /** The platform's moment, running on between two reports of the server. */
  now() {
    const passed = this.clock.isRunning ? performance.now() - this.clock.at : 0;
    return new Date(this.clock.base + passed);
  }

  /** Take over a full state; what was read before stays read. */
  load(state) {
    this.corp = state.corp ?? {};
    this.menus = state.menus ?? {};
    this.people = new Map((state.people ?? []).map((person) => [person.id, person]));
    this.conversations = new Map();
    for (const conversation of state.conversations ?? []) this.#keep(conversation);
    this.contactWays = state.contact_ways ?? [];
    this.groups = state.groups ?? [];
    this.links = state.links ?? [];
    this.calls = (state.calls ?? []).slice(-CALLS_KEPT);
    this.#setClock(state.now, state.is_running ?? true);
    if (!this.isLoaded) {
      for (const id of this.conversations.keys()) this.markRead(id);
    }
    this.isLoaded = true;
    this.#changed();
  }

  /** Apply one event of the stream; applying it twice changes nothing. */
  apply(event) {
    switch (event.type) {
      case "state":
        this.load(event.state ?? event);
        return;
      case "message":
      case "message_updated":
        this.#putMessage(event.conversation, event.message);
        break;
      case "conversation":
        this.#keep(event.conversation);
        break;
      case "clock":
        this.#setClock(event.now, event.is_running ?? this.clock.isRunning);
        break;
      case "call":
        this.calls = [...this.calls, event.call ?? event].slice(-CALLS_KEPT);
        break;
      case "person":
        this.people.set(event.person.id, event.person);
        break;
      case "contact_way":
        this.contactWays = upsert(this.contactWays, event.contact_way, "config_id");
        break;
      case "group":
        this.groups = upsert(this.groups, event.group, "chat_id");
        break;
      case "link":
        this.links = upsert(this.links, event.link, "link_id");
        break;
      case "link_removed":
        this.links = this.links.filter(({ link_id: id }) => id !== event.link_id);
        break;
      case "menus":
        this.menus = event.menus ?? {};
        break;
      default:
        return;
    }
    this.#changed();
  }

  setConnected(isConnected) {
    if (this.isConnected === isConnected) return;
    this.isConnected = isConnected;
    this.#changed();
  }

  /** People of a role, in the server's order. */
  ofRole(role) {
    return [...this.people.values()].filter((person) => person.role === role);
  }

  /** Conversations a person sees, optionally of one kind. */
  of(personId, kind = null) {
    return [...this.conversations.values()].filter(
      (conversation) =>
        conversation.members.includes(personId) && (kind === null || conversation.kind === kind),
    );
  }

  nameOf(id) {
    return this.people.get(id)?.name ?? null;
  }

  /** Messages of others that nobody has looked at yet, as that person. */
  unread(conversation, personId) {
    const readUpTo = this.seen.get(conversation.id) ?? 0;
    return conversation.messages
      .slice(readUpTo)
      .filter((message) => message.from !== personId && !SILENT.has(message.type)).length;
  }

  /** The same over all conversations of a person, optionally of one kind. */
  unreadOf(personId, kind = null) {
    return this.of(personId, kind).reduce((sum, each) => sum + this.unread(each, personId), 0);
  }

  markRead(conversationId) {
    const conversation = this.conversations.get(conversationId);
    if (conversation) this.seen.set(conversationId, conversation.messages.length);
  }

  #keep(conversation) {
    const known = this.conversations.get(conversation.id);
    const messages = [...(conversation.messages ?? known?.messages ?? [])].sort(bySequence);
    this.conversations.set(conversation.id, {
      ...conversation,
      members: conversation.members ?? known?.members ?? [],
      messages,
    });
  }

  #putMessage(conversationId, message) {
    const conversation = this.conversations.get(conversationId);
    if (!conversation) return;
    const index = conversation.messages.findIndex(({ id }) => id === message.id);
    if (index >= 0) conversation.messages[index] = message;
    else {
      conversation.messages.push(message);
      conversation.messages.sort(bySequence);
    }
  }

  #setClock(now, isRunning) {
    this.clock = { base: Date.parse(now), at: performance.now(), isRunning };
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function bySequence(left, right) {
  return (left.seq ?? 0) - (right.seq ?? 0);
}

function upsert(list, item, key) {
  const index = list.findIndex((other) => other[key] === item[key]);
  return index < 0 ? [...list, item] : list.with(index, item);
}
