// Takes the place of WeCom's JS-SDK: what the client of the stand-in knows and does.
//
// Asks the stand-in by script elements: a page's Content-Security-Policy has to
// allow scripts from this address anyway, and needs nothing more than in production.
// Which client has the page open stands in `#client=…`; the fragment is not signed.
(() => {
  "use strict";

  const CALL = new URL("/jssdk/call", document.currentScript.src);
  const KEPT = "wecom-stand-in-client";
  const page = () => location.href.split("#")[0];
  // One page load is one session of the SDK: permissions end with it.
  const session = crypto.getRandomValues(new Uint32Array(4)).join("");
  let calls = 0;

  function client() {
    const found = /(?:^#|&)client=([\w-]+)/.exec(location.hash);
    if (found) sessionStorage.setItem(KEPT, found[1]);
    return sessionStorage.getItem(KEPT) ?? "";
  }

  /** Resolves to the stand-in's answer: `{errCode, errMsg, …}`. */
  function ask(name, args) {
    return new Promise((resolve) => {
      const callback = `wecomStandIn${(calls += 1)}`;
      const script = document.createElement("script");
      const end = (answer) => {
        delete window[callback];
        script.remove();
        resolve(answer);
      };
      const url = new URL(CALL);
      const query = { callback, session, client: client(), page: page(), name, args: JSON.stringify(args) };
      url.search = new URLSearchParams(query).toString();
      window[callback] = end;
      script.onerror = () => end({ errCode: -1, errMsg: `${name}:fail, the stand-in does not answer` });
      script.src = url.href;
      document.head.append(script);
    });
  }

  /** Tells the callbacks of `options`, as the old interface does. */
  function tell(options, answer) {
    (answer.errCode === 0 ? options.success : options.fail)?.(answer);
    options.complete?.(answer);
    return answer;
  }

  function plain(options) {
    return Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value !== "function"));
  }

  // The old interface: wx.

  const waiting = { ready: [], error: [] };
  let configured = null;

  function settle(answer) {
    configured = answer;
    if (answer.errCode === 0) for (const listener of waiting.ready.splice(0)) listener();
    else for (const listener of waiting.error.splice(0)) listener(answer);
  }

  const wx = {
    config(options) {
      configured = null;
      ask("config", plain(options)).then(settle);
    },
    agentConfig(options) {
      ask("agentConfig", plain(options)).then((answer) => tell(options, answer));
    },
    ready(listener) {
      if (configured?.errCode === 0) listener();
      else waiting.ready.push(listener);
    },
    error(listener) {
      waiting.error.push(listener);
    },
    checkJsApi(options) {
      ask("checkJsApi", { jsApiList: options.jsApiList }).then((answer) => tell(options, answer));
    },
    invoke(name, args, callback) {
      ask(name, plain(args ?? {})).then(({ errMsg, errCode, ...found }) => {
        callback?.({ ...found, err_msg: errMsg });
      });
    },
  };

  // The new interface: ww, which signs by itself when something is first called.

  let registered = null;

  async function enter({ options }) {
    const { corpId, agentId, jsApiList = [] } = options;
    const steps = [
      ["config", "Config", options.getConfigSignature, { appId: corpId }],
      ["agentConfig", "AgentConfig", options.getAgentConfigSignature, { corpid: corpId, agentid: String(agentId) }],
    ];
    for (const [name, title, sign, who] of steps) {
      if (!sign) continue;
      const answer = await ask(name, { ...who, jsApiList, ...(await sign(page())) });
      const ends = { success: options[`on${title}Success`], fail: options[`on${title}Fail`] };
      tell({ ...ends, complete: options[`on${title}Complete`] }, answer);
      if (answer.errCode !== 0) return answer;
    }
    return null;
  }

  function method(name) {
    return async (options = {}) => {
      if (!registered) throw new Error("ww.register has to be called first");
      registered.entered ??= enter(registered);
      const refused = await registered.entered;
      const answer = tell(options, refused ?? (await ask(name, plain(options))));
      if (answer.errCode !== 0) throw Object.assign(new Error(answer.errMsg), answer);
      return answer;
    };
  }

  const names = ["checkJsApi", "getContext", "getCurExternalContact", "getCurExternalChat", "sendChatMessage"];
  const ww = {
    SDK_VERSION: "stand-in",
    register(options) {
      registered = { options, entered: null };
    },
    ...Object.fromEntries(names.map((name) => [name, method(name)])),
  };

  Object.assign(window, { wx, jWeixin: wx, ww });
})();
