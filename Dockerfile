# The dashboard in a container; dashboard/README.md says how to run it.
#
#     docker build -t ptmrank . && docker run -p 127.0.0.1:8501:8501 -v ptmrank:/data ptmrank
FROM python:3.11-slim

# The builds of torch for the processor alone. Builds for CUDA are elsewhere, such as .../whl/cu130.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

WORKDIR /src
COPY requirements.txt ./
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements.txt)" \
    && grep -v '^-e ' requirements.txt >exact.txt \
    && pip install --no-cache-dir -r exact.txt
COPY pyproject.toml setup.py README.md ./
COPY .streamlit ./.streamlit
COPY assets ./assets
COPY ptmrank_core ./ptmrank_core
COPY dashboard ./dashboard
RUN pip install --no-cache-dir --no-deps . && rm -r /src

# Runs, features and uploads, and the models of the Hub.
ENV PTMRANK_HOME=/data/ptmrank HF_HOME=/data/huggingface
RUN useradd --create-home --uid 1000 ptmrank && mkdir /data && chown ptmrank /data
USER 1000
WORKDIR /home/ptmrank
VOLUME /data

EXPOSE 8501
HEALTHCHECK CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8501/_stcore/health')"]
CMD ["ptmrank", "dashboard", "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
