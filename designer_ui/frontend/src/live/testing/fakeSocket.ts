import type { SocketFactory, SocketLike } from "../channel";

/** A socket in the hands of a test: it says what was opened and sent, and plays the server. */
export class FakeSocket implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  readonly sent: unknown[] = [];
  readonly urls: string[] = [];
  isClosed = false;
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.isClosed = true;
  }

  reconnect(): void {
    this.connect();
  }

  /** The connection is made. */
  connect(): void {
    this.urls.push(this.#url());
    this.onopen?.({} as never);
  }

  /** The server says something. */
  receive(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as never);
  }

  /** The connection breaks. */
  drop(code = 1006): void {
    this.onclose?.({ code } as never);
  }
}

/** A factory, and the sockets that it made. */
export function fakeSockets(): { open: SocketFactory; sockets: FakeSocket[] } {
  const sockets: FakeSocket[] = [];
  const open: SocketFactory = (url) => {
    const socket = new FakeSocket(url);
    sockets.push(socket);
    return socket;
  };
  return { open, sockets };
}
