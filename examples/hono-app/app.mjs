// A web app with a route of its own that picks the best answer. The model is loaded once; requests share it, and what they have in common.
import { Hono } from "hono";
import { RewardError } from "llama-reward";

/** @param model what `RewardModel.load` gives */
export function createApp(model) {
  const app = new Hono();

  app.post("/best", async (context) => {
    const { prompt, answers } = await context.req.json();
    // A client that goes away ends its work; `caller` has each client wait its own turn.
    const caller = context.req.header("x-user") ?? "anonymous";
    const ranked = await model.rank(prompt, answers, { signal: context.req.raw.signal, caller });
    const [best] = ranked;
    return context.json({
      best: answers[best.index],
      reward: best.reward,
      order: ranked.map(({ index }) => index),
    });
  });

  app.onError((error, context) => {
    if (error instanceof SyntaxError) return context.json({ error: "The body is not JSON." }, 400);
    // The codes are stable: INVALID_ARGUMENT, CONVERSATION_TOO_LONG, …
    if (error instanceof RewardError) return context.json({ code: error.code, error: error.message }, 422);
    throw error;
  });

  return app;
}
