# nesy as a command, with the embedded model; no Java, so no OWL reasoner.
#   docker build --tag nesy .
# By itself pip takes the build of torch for GPUs. For the small one name PyTorch's index of CPU builds:
#   docker build --tag nesy --build-arg PIP_OPTIONS="--extra-index-url URL" .
#   docker run --rm --volume "$PWD":/work --user "$(id -u):$(id -g)" nesy analyze picture.png --model embedded
FROM python:3.11-slim

COPY pyproject.toml constraints.txt README.md LICENSE NOTICE /src/
COPY nesy /src/nesy
COPY ontologies /src/ontologies
COPY rules /src/rules
COPY examples/photographs /src/examples/photographs

ARG PIP_OPTIONS=""
RUN pip install --no-cache-dir ${PIP_OPTIONS} \
        --constraint /src/constraints.txt /src \
    && useradd --create-home --uid 1000 nesy

USER 1000
ENV HOME=/home/nesy
WORKDIR /work
ENTRYPOINT ["nesy"]
CMD ["--help"]
