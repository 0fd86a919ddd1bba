"""The same networks in PyTorch on the CPU, one thread: answers "epoch CASE BATCH" and "latency CASE" lines with JSON lines."""
import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
FOLDER = sys.argv[1]
SIZES = json.load(open(f"{FOLDER}/sizes.json"))
LATENCY_CALLS = 1000


def load(name, dtype):
    return torch.from_numpy(numpy.fromfile(f"{FOLDER}/{name}.bin", dtype=dtype))


class Mlp(nn.Module):
    def __init__(self, size):
        super().__init__()
        widths = [size["features"], size["settings"]["first"], size["settings"]["second"], size["outputs"]]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def take(self, weights):
        for i, layer in enumerate(self.layers):
            copy_linear(layer, weights, f"dense.{i}")

    def forward(self, x):
        x = x[:, -1]
        for layer in self.layers[:-1]:
            x = functional.relu(layer(x))
        return self.layers[-1](x)


class Recurrent(nn.Module):
    def __init__(self, size, kind):
        super().__init__()
        units = size["settings"]["units"]
        self.inner = kind(size["features"], units, batch_first=True)
        self.readout = nn.Linear(units, size["outputs"])

    def take(self, weights):
        copy_linear(self.readout, weights, "readout")
        if isinstance(self.inner, nn.GRU):
            return
        # Ours has one bias: the second stays zero.
        self.inner.weight_ih_l0.data.copy_(weights["lstm.0.kernel"].T)
        self.inner.weight_hh_l0.data.copy_(weights["lstm.0.recurrent"].T)
        self.inner.bias_ih_l0.data.copy_(weights["lstm.0.bias"])
        self.inner.bias_hh_l0.data.zero_()
        self.inner.bias_hh_l0.requires_grad_(False)

    def forward(self, x):
        return self.readout(self.inner(x)[0][:, -1])


class Tcn(nn.Module):
    def __init__(self, size):
        super().__init__()
        s = size["settings"]
        self.kernel = s["kernel"]
        self.first = nn.ModuleList()
        self.second = nn.ModuleList()
        for i in range(s["blocks"]):
            self.first.append(nn.Conv1d(size["features"] if i == 0 else s["filters"], s["filters"], s["kernel"], dilation=2**i))
            self.second.append(nn.Conv1d(s["filters"], s["filters"], s["kernel"], dilation=2**i))
        self.readout = nn.Linear(s["filters"], size["outputs"])

    def take(self, weights):
        copy_linear(self.readout, weights, "readout")
        for name, layers in (("first", self.first), ("second", self.second)):
            for i, layer in enumerate(layers):
                kernel = weights[f"block.{i}.{name}.kernel"]
                layer.weight.data.copy_(kernel.reshape(self.kernel, -1, kernel.shape[1]).permute(2, 1, 0))
                layer.bias.data.copy_(weights[f"block.{i}.{name}.bias"])

    def forward(self, x):
        x = x.transpose(1, 2)
        for i, (first, second) in enumerate(zip(self.first, self.second)):
            reach = (self.kernel - 1) * 2**i
            inner = functional.relu(first(functional.pad(x, (reach, 0))))
            inner = functional.relu(second(functional.pad(inner, (reach, 0))))
            x = functional.relu(inner + x)
        return self.readout(x[:, :, -1])


class Transformer(nn.Module):
    def __init__(self, size):
        super().__init__()
        s = size["settings"]
        self.embedding = nn.Linear(size["features"], s["width"])
        self.position = nn.Parameter(torch.zeros(size["window"], s["width"]))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(s["width"], s["heads"], s["hidden"], dropout=0.0, batch_first=True, norm_first=True) for _ in range(s["layers"])
        )
        self.norm = nn.LayerNorm(s["width"])
        self.readout = nn.Linear(s["width"], size["outputs"])
        self.mask = nn.Transformer.generate_square_subsequent_mask(size["window"])

    def take(self, weights):
        copy_linear(self.embedding, weights, "embedding")
        copy_linear(self.readout, weights, "readout")
        self.position.data.copy_(weights["position"][:, 0])
        copy_norm(self.norm, weights, "norm")
        for i, layer in enumerate(self.layers):
            layer.self_attn.in_proj_weight.data.copy_(weights[f"layer.{i}.projections.kernel"].T)
            layer.self_attn.in_proj_bias.data.copy_(weights[f"layer.{i}.projections.bias"])
            copy_linear(layer.self_attn.out_proj, weights, f"layer.{i}.output")
            copy_linear(layer.linear1, weights, f"layer.{i}.widen")
            copy_linear(layer.linear2, weights, f"layer.{i}.narrow")
            copy_norm(layer.norm1, weights, f"layer.{i}.norm.attention")
            copy_norm(layer.norm2, weights, f"layer.{i}.norm.forward")

    def forward(self, x):
        x = self.embedding(x) + self.position
        for layer in self.layers:
            x = layer(x, src_mask=self.mask, is_causal=True)
        return self.readout(self.norm(x[:, -1]))


def copy_linear(layer, weights, name):
    layer.weight.data.copy_(weights[f"{name}.kernel"].T)
    layer.bias.data.copy_(weights[f"{name}.bias"])


def copy_norm(layer, weights, name):
    layer.weight.data.copy_(weights[f"{name}.gain"])
    layer.bias.data.copy_(weights[f"{name}.bias"])


MODELS = {
    "mlp": Mlp,
    "lstm": lambda size: Recurrent(size, nn.LSTM),
    "gru": lambda size: Recurrent(size, nn.GRU),
    "tcn": Tcn,
    "transformer": Transformer,
}


def build(case):
    size = SIZES[case]
    flat = load(f"{case}-weights", numpy.float32)
    weights, at = {}, 0
    for spec in size["specs"]:
        length = int(numpy.prod(spec["shape"]))
        weights[spec["name"]] = flat[at : at + length].reshape(spec["shape"])
        at += length
    torch.manual_seed(1)
    model = MODELS[case](size)
    model.take(weights)
    return model, size


def loss_of(model, x, y):
    output = model(x)
    return functional.binary_cross_entropy_with_logits(output[:, 0], y.float()) if output.shape[1] == 1 else functional.cross_entropy(output, y.long())


FIT = {}


def start_fit(case):
    model, size = build(case)
    FIT["model"] = model
    FIT["x"] = load(f"{case}-x", numpy.float32).reshape(-1, size["window"], size["features"])
    FIT["y"] = load(f"{case}-y", numpy.float64)
    FIT["adam"] = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    model.train()


def epoch(case, batch, index):
    """One more epoch of the fit that epoch 0 starts."""
    if index == 0:
        start_fit(case)
    model, x, y, adam = FIT["model"], FIT["x"], FIT["y"], FIT["adam"]
    order = load(f"order-{index}", numpy.int32).long()
    started = time.perf_counter()
    for at in range(0, len(order), batch):
        chosen = order[at : at + batch]
        adam.zero_grad()
        loss_of(model, x[chosen], y[chosen]).backward()
        adam.step()
    seconds = time.perf_counter() - started
    if index > 0:
        return {"seconds": seconds}
    with torch.no_grad():
        loss = loss_of(model, x, y).item()
    return {"seconds": seconds, "loss": loss, "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad)}


def latency(case):
    model, size = build(case)
    model.eval()
    x = load(f"{case}-x", numpy.float32).reshape(-1, size["window"], size["features"])
    times = []
    with torch.no_grad():
        for i in range(LATENCY_CALLS + 100):
            started = time.perf_counter()
            model(x[i : i + 1]).numpy()
            times.append(time.perf_counter() - started)
    return {"microseconds": [1e6 * value for value in times[100:]]}


print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    what, case, *rest = line.split()
    print(json.dumps(epoch(case, *map(int, rest)) if what == "epoch" else latency(case)), flush=True)
