import { WebSocket as ReconnectingWebSocket } from "partysocket";

/** How things stand between this page and the server, as the page should say it. */
export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting"; readonly since: number }
  | { readonly kind: "refused"; readonly reason: RefusalReason };

export type RefusalReason = "logged_out" | "forbidden" | "unknown";

/** The part of a reconnecting socket that a channel needs; tests bring their own. */
export interface SocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  reconnect(): void;
  onopen: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
}

export type SocketFactory = (url: () => string) => SocketLike;

export interface ChannelOptions<Frame> {
  /** Path and query, asked for anew at every attempt to connect. */
  readonly path: () => string;
  readonly onFrame: (frame: Frame) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly openSocket?: SocketFactory;
  /** Silence after which the connection is taken for dead; the server pings every 20 s. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 45_000;

const REFUSALS: Readonly<Record<number, RefusalReason>> = {
  4401: "logged_out",
  4403: "forbidden",
  4404: "unknown",
};

/** A socket that heals itself, hands on parsed frames, and knows whether it is alive. */
export class Channel<Frame> {
  readonly #options: ChannelOptions<Frame>;
  #socket: SocketLike | null = null;
  #watchdog: ReturnType<typeof setTimeout> | null = null;
  #lostAt: number | null = null;

  constructor(options: ChannelOptions<Frame>) {
    this.#options = options;
  }

  open(): void {
    if (this.#socket) {
      return;
    }
    const openSocket = this.#options.openSocket ?? openReconnecting;
    const socket = openSocket(() => websocketUrl(this.#options.path()));
    this.#socket = socket;
    this.#options.onState({ kind: "connecting" });
    socket.onopen = () => {
      this.#lostAt = null;
      this.#watch();
      this.#options.onState({ kind: "live" });
    };
    socket.onclose = (event: { code?: number }) => this.#lost(event.code ?? 1006);
    socket.onmessage = (event: { data?: unknown }) => {
      this.#watch();
      const frame = parseFrame<Frame>(event.data);
      if (frame) {
        this.#options.onFrame(frame);
      }
    };
    globalThis.addEventListener?.("online", this.#reconnect);
  }

  send(message: unknown): void {
    this.#socket?.send(JSON.stringify(message));
  }

  close(): void {
    globalThis.removeEventListener?.("online", this.#reconnect);
    this.#unwatch();
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = null;
      socket.onclose = null;
      socket.onmessage = null;
      socket.close(1000);
    }
  }

  #lost(code: number): void {
    this.#unwatch();
    const reason = REFUSALS[code];
    if (reason) {
      this.#options.onState({ kind: "refused", reason });
      this.close();
      return;
    }
    this.#lostAt ??= Date.now();
    this.#options.onState({ kind: "reconnecting", since: this.#lostAt });
  }

  readonly #reconnect = (): void => {
    this.#socket?.reconnect();
  };

  #watch(): void {
    this.#unwatch();
    this.#watchdog = setTimeout(() => {
      this.#lost(1006);
      this.#reconnect();
    }, this.#options.silenceMs ?? SILENCE_MS);
  }

  #unwatch(): void {
    if (this.#watchdog !== null) {
      clearTimeout(this.#watchdog);
      this.#watchdog = null;
    }
  }
}

function openReconnecting(url: () => string): SocketLike {
  return new ReconnectingWebSocket(url, [], {
    minReconnectionDelay: 300,
    maxReconnectionDelay: 8_000,
    reconnectionDelayGrowFactor: 1.6,
    connectionTimeout: 5_000,
    maxEnqueuedMessages: 0,
  }) as SocketLike;
}

function websocketUrl(path: string): string {
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}

function parseFrame<Frame>(data: unknown): Frame | null {
  if (typeof data !== "string") {
    return null;
  }
  try {
    return JSON.parse(data) as Frame;
  } catch {
    return null;
  }
}
