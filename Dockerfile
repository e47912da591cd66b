FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Without the optional packages there is neither the embedded PostgreSQL nor a second Node in the image.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_FOLDER=/var/lib/antin
WORKDIR /app
RUN install -d -o node -g node -m 0700 /var/lib/antin
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY pki pki
COPY src src
COPY migrations migrations
COPY scripts/rotate-kek.ts scripts/sign-in-link.ts scripts/
USER node
EXPOSE 8080
# DATABASE_URL, PUBLIC_URL and ANTIN_KEK_FILE (or ANTIN_KEK) must be given.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts"]
