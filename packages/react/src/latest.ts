import { useLayoutEffect, useRef } from "react";

/**
 * As `useLayoutEffect`: what a component listens to is listened to before the event loop goes on, and can bring anything. Nothing
 * on a server, where React warns of layout effects; React Native has a `window` and no document.
 */
export const useEarlyEffect: typeof useLayoutEffect = typeof window === "undefined" ? () => {} : useLayoutEffect;

/** What was rendered last, for a callback that outlives its render. */
export function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value);
  useEarlyEffect(() => {
    ref.current = value;
  });
  return ref;
}
