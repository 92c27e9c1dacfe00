# glibc, not Alpine: the Temporal SDK's native part has no build for musl.
FROM node:20-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0 AS node

FROM node AS build
WORKDIR /scrip
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src src
COPY dev dev
RUN node dev/build.mjs && rm -rf dist/dev dist/.build.json

FROM node AS dependencies
WORKDIR /scrip
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node
# The slim image has none, and the Temporal SDK looks for them also where it uses no TLS.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production TZ=UTC NODE_OPTIONS=--enable-source-maps
WORKDIR /scrip
COPY package.json ./
COPY --from=dependencies /scrip/node_modules node_modules
COPY migrations migrations
COPY catalog catalog
COPY docs/problems docs/problems
COPY docs/runbook.md docs/runbook.md
COPY web web
COPY --from=build /scrip/dist dist
RUN mkdir --parents /var/lib/scrip/objects && chown --recursive node:node /var/lib/scrip
USER node
EXPOSE 3000
ENTRYPOINT ["node"]
CMD ["dist/src/main/api.js"]
