# nesy as a command, with the CPU build of torch and the embedded model; no Java, so no OWL reasoner.
#   docker build --tag nesy .
#   docker run --rm --volume "$PWD":/work --user "$(id -u):$(id -g)" nesy analyze picture.png --model embedded
FROM python:3.11-slim

COPY pyproject.toml constraints.txt README.md LICENSE NOTICE /src/
COPY nesy /src/nesy
COPY ontologies /src/ontologies
COPY rules /src/rules

# On PyTorch's own index the build for CPUs (2.x+cpu) counts as newer than the same version with CUDA, so pip takes it.
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        --constraint /src/constraints.txt /src \
    && useradd --create-home --uid 1000 nesy

USER 1000
ENV HOME=/home/nesy
WORKDIR /work
ENTRYPOINT ["nesy"]
CMD ["--help"]
