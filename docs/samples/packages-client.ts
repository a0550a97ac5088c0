export declare function show(...what: unknown[]): void;
export declare function showState(...what: unknown[]): void;
