# fanin in a container: docker build -t fanin . && docker run --rm -v "$PWD/runs:/work/runs" fanin compare --out runs
# The first stage builds the Debian package with scripts/install_deps.sh's packages; the second installs it.
FROM debian:12 AS build
WORKDIR /source
COPY scripts/install_deps.sh scripts/
RUN scripts/install_deps.sh && apt-get install -y --no-install-recommends dpkg-dev file
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr -DFANIN_TESTS=OFF \
      -DFANIN_ZSH_COMPLETIONS=share/zsh/vendor-completions \
  && cmake --build /build \
  && cd /build && cpack -G DEB -B /packages

FROM debian:12
COPY --from=build /packages/*.deb /packages/
RUN apt-get update && apt-get install -y --no-install-recommends /packages/*.deb dataset-fashion-mnist \
  && rm -rf /packages /var/lib/apt/lists/*
WORKDIR /work
ENTRYPOINT ["fanin"]
CMD ["--help"]
