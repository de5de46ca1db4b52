# One image for all roles of Clew; compose.yaml shows how they run together.
#   docker build --tag clew .

# Fixed to the Python that is tested; the same line twice, so that both stages agree.
FROM python:3.11-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/clew
WORKDIR /source
# Libraries change rarely: a layer of their own, made of exact versions.
COPY requirements.txt ./
RUN /opt/clew/bin/pip install --use-pep517 --requirement requirements.txt
COPY pyproject.toml README.md ./
COPY bot bot
COPY config config
COPY domain domain
COPY handlers handlers
COPY storage storage
RUN /opt/clew/bin/pip install --no-deps .


FROM python:3.11-slim-bookworm

# A fixed number, so that files on mounted volumes keep their owner over rebuilds.
RUN groupadd --system --gid 10001 clew \
    && useradd --system --uid 10001 --gid clew --home-dir /var/lib/clew --shell /usr/sbin/nologin clew \
    && install --directory --owner clew --group clew --mode 0700 /var/lib/clew /var/lib/clew/backups
COPY --from=build /opt/clew /opt/clew

ENV PATH=/opt/clew/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CLEW_DATA_DIR=/var/lib/clew \
    CLEW_LISTEN_HOST=0.0.0.0 \
    CLEW_LISTEN_PORT=8000

USER clew
WORKDIR /var/lib/clew
VOLUME /var/lib/clew
EXPOSE 8000
# Clew finishes what it has in hand, then stops.
STOPSIGNAL SIGTERM
# Alive, not ready: a database that is away is no reason to start anew.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"CLEW_LISTEN_PORT\"]}/healthz', timeout=3)"]

ENTRYPOINT ["clew"]
CMD ["serve"]
