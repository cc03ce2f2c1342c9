# Trixie: the embedded engine, where it is allowed, needs glibc 2.38.
FROM node:22-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# `prepare` would build before the sources are here.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-trixie-slim
ENV NODE_ENV=production DATA_DIR=/data CACHE_DIR=/tmp/parley
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# For pictures of videos, waveforms of voice notes and videos without the place of recording; can be left out.
ARG FFMPEG=true
RUN if [ "$FFMPEG" = true ]; then \
      apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*; fi
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by npm, which would keep SIGTERM to itself.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=64", "dist/main.js"]
