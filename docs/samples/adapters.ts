export declare const runtime: {
  addressOf(req: Request): string;
  upgrade(
    req: Request,
    protocol: string | undefined,
    headers: Headers | undefined,
  ): { socket: WebSocket; response: Response };
};
