# The command line in an image: a server, a worker, or any other command. docs/scaling.md tells how it is run.
FROM node:24-bookworm AS build
# The compiler's version is the base image's matter.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends cmake \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build \
  && node scripts/pack/pack-platform.mjs \
  && node scripts/pack/pack-main.mjs --allow-missing
WORKDIR /app
# What a user installs, from the packages made above, and what workers and buckets take: nothing of the build is left.
RUN npm install --omit=dev --no-audit --no-fund /src/build/packages/*.tgz \
    bullmq@6.7.0 ioredis@6.0.0 @aws-sdk/client-s3@3.1175.0 \
  && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
COPY --from=build /app /app
# The user that the base image brings, who has no rights. It writes to /tmp and to the volumes of its commands only.
USER 1000:1000
WORKDIR /app
EXPOSE 8080
# Of `serve`; other commands switch it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/node_modules/llama-reward/dist/cli/main.js"]
CMD ["--help"]
