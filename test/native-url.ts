/**
 * `URL` as React Native 0.80 has it without a polyfill: it adds a slash to a path, looks at nothing, and can change nothing.
 *
 * @see https://github.com/facebook/react-native/blob/main/packages/react-native/Libraries/Blob/URL.js
 */
export class NativeUrl {
  readonly href: string;

  constructor(url: string) {
    this.href = /[?#]|\/$/.test(url) ? url : `${url}/`;
  }

  toString(): string {
    return this.href;
  }

  get hash(): string {
    throw new Error("URL.hash is not implemented");
  }

  get origin(): string {
    throw new Error("URL.origin is not implemented");
  }

  get pathname(): string {
    throw new Error("URL.pathname is not implemented");
  }

  /** Without what the URL has of them. */
  get searchParams(): URLSearchParams {
    return new URLSearchParams();
  }
}
