type Off = () => void;

/** Listeners and subscriptions of a client that nobody has called off yet, by what made them. */
export type Live = Record<string, number>;

/** A client's `on` and the like, whatever its types. */
type Listen = (...args: readonly unknown[]) => Off;

/** The client, whose listeners and subscriptions are counted in `live`. */
export function counted<C extends { readonly subscribe: unknown }>(client: C, live: Live): C {
  const change = (name: string, by: number): void => void (live[name] = (live[name] ?? 0) + by);
  /** Counts once down, however often it is called. */
  const once = (name: string, off: Off): Off => {
    let isOver = false;
    return () => {
      if (!isOver) change(name, -1);
      isOver = true;
      off();
    };
  };
  const listening =
    (name: string, listen: Listen): Listen =>
    (...args) => {
      change(name, 1);
      return once(name, listen(...args));
    };
  const subscribe = (...args: unknown[]): object => {
    change("subscribe", 1);
    const subscription = (client.subscribe as (...given: unknown[]) => { unsubscribe: Off; on: Listen })(...args);
    const unsubscribe = once("subscribe", () => subscription.unsubscribe());
    const on = listening("subscription.on", (...given) => subscription.on(...given));
    return new Proxy(subscription, {
      get: (target, key) => {
        if (key === "unsubscribe") return unsubscribe;
        return key === "on" ? on : (Reflect.get(target, key, target) as unknown);
      },
    });
  };
  return new Proxy(client, {
    get: (target, key) => {
      const found = Reflect.get(target, key, target) as unknown;
      if (key === "subscribe") return subscribe;
      return key === "on" || key === "onState" ? listening(key, found as Listen) : found;
    },
  });
}
