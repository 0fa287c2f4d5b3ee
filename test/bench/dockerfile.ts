/** The file that is measured on. */

/** Stages of 25 lines as people write them. */
export function dockerfile(lines: number): string {
  const stage = (n: number) => `FROM node:24-trixie AS stage${n}
WORKDIR /app
# What the service needs
ENV NODE_ENV=production \\
    PORT=8080
RUN apt-get update && \\
    apt-get install -y --no-install-recommends \\
      build-essential \\
      python3 && \\
    rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY --chown=node:node . .
ARG VERSION=1.${n}
LABEL org.opencontainers.image.version="$VERSION"
RUN npm run build

EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=30s CMD ["node", "healthcheck.js"]
USER node
STOPSIGNAL SIGTERM
ENTRYPOINT ["node"]
CMD ["dist/server.js"]

`;
  let text = '';
  for (let n = 0; n * 25 < lines; n++) text += stage(n);
  return text;
}
