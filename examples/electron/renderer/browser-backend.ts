import { ScorerClient, type HostPort } from "llama-reward/electron/renderer";
import type { Backend, ModelFolder, ModelPlace } from "./backend.js";
import { readPullEvents } from "./model/pull-events.js";

/** The dev server's backend: models over HTTP, scoring over one WebSocket per open model. */
export function browserBackend(token: string): Backend {
  const open = new Map<ModelPlace, ScorerClient>();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(path, { ...init, headers: { authorization: `Bearer ${token}` } });
    if (response.ok) return response;
    throw new Error(`The scoring server answered ${response.status}. Open the address that it prints.`);
  };
  const closeModel = async (place: ModelPlace): Promise<void> => {
    const client = open.get(place);
    open.delete(place);
    await client?.dispose();
  };
  return {
    closeModel,
    listModels: async () => (await (await ask("models")).json()) as ModelFolder[],
    openModel: async (path, { place, load, signal, onProgress }) => {
      await closeModel(place);
      const client = await ScorerClient.connect(webSocketPort(token), { signal });
      open.set(place, client);
      await client.load(path, { ...load }, { signal, onProgress });
      return client;
    },
    pullModel: async (hubId, { type, signal, onProgress }) => {
      const query = new URLSearchParams({ id: hubId, type }).toString();
      const response = await ask(`pull?${query}`, { method: "POST", signal });
      return readPullEvents(response, onProgress);
    },
  };
}

function webSocketPort(token: string): HostPort {
  const address = new URL("socket", location.href);
  address.protocol = "ws:";
  address.hash = "";
  // A browser cannot set headers on a WebSocket; the sub-protocol field is the one that does not end up in logs.
  const socket = new WebSocket(address, ["llama-reward", token]);
  const waiting: string[] = [];
  socket.addEventListener("open", () => {
    for (const text of waiting.splice(0)) socket.send(text);
  });
  return {
    post: (message) => {
      const text = JSON.stringify(message);
      if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
      else socket.send(text);
    },
    onMessage: (listener) => {
      socket.addEventListener("message", (event: MessageEvent<string>) => {
        listener(JSON.parse(event.data));
      });
    },
    onClose: (listener) => {
      socket.addEventListener("close", () => {
        listener("the scoring server closed the connection");
      });
    },
    close: () => {
      socket.close();
    },
  };
}
