"""A plain SEANet, as the released codec computes it: weight norm multiplied out at every call, nothing folded, nothing
in place. The peer of the speed benchmark."""

import torch
from torch import nn
from torch.nn import functional as F

from uniaudio_nb.codec import Codec


class PlainConv(nn.Module):
    "Convolution with reflect padding; `g` and `v` make the kernel anew each time."

    def __init__(self, ours):
        super().__init__()
        weight = ours.conv.parametrizations.weight
        self.g = nn.Parameter(weight.original0.detach().clone())
        self.v = nn.Parameter(weight.original1.detach().clone())
        self.bias = nn.Parameter(ours.conv.bias.detach().clone())
        self.stride = ours.conv.stride
        self.dilation = ours.conv.dilation
        self.left = ours.left
        self.right = ours.right

    def forward(self, x):
        weight = self.g * self.v / self.v.norm(2, (1, 2), keepdim=True)
        return F.conv1d(
            F.pad(x, (self.left, self.right), mode="reflect"), weight, self.bias, self.stride, 0, self.dilation
        )


class PlainConvTranspose(nn.Module):
    def __init__(self, ours):
        super().__init__()
        weight = ours.conv.parametrizations.weight
        self.g = nn.Parameter(weight.original0.detach().clone())
        self.v = nn.Parameter(weight.original1.detach().clone())
        self.bias = nn.Parameter(ours.conv.bias.detach().clone())
        self.stride = ours.conv.stride
        self.left = ours.left
        self.right = ours.right

    def forward(self, x):
        weight = self.g * self.v / self.v.norm(2, (1, 2), keepdim=True)
        y = F.conv_transpose1d(x, weight, self.bias, self.stride)
        return y[..., self.left : y.shape[-1] - self.right]


class PlainResidual(nn.Module):
    def __init__(self, ours):
        super().__init__()
        self.first = PlainConv(ours.block[1])
        self.second = PlainConv(ours.block[3])
        self.shortcut = PlainConv(ours.shortcut)

    def forward(self, x):
        return self.shortcut(x) + self.second(F.elu(self.first(F.elu(x))))


class PlainLSTM(nn.Module):
    def __init__(self, ours):
        super().__init__()
        self.lstm = nn.LSTM(ours.lstm.input_size, ours.lstm.hidden_size, ours.lstm.num_layers)
        self.lstm.load_state_dict(ours.lstm.state_dict())

    def forward(self, x):
        x = x.permute(2, 0, 1)
        return (self.lstm(x)[0] + x).permute(1, 2, 0)


PLAIN = {
    "Conv": PlainConv,
    "ConvTranspose": PlainConvTranspose,
    "ResidualUnit": PlainResidual,
    "SkipLSTM": PlainLSTM,
    "ELU": lambda _: nn.ELU(),
}


class ReferenceSEANet(nn.Module):
    def __init__(self, codec: Codec):
        super().__init__()
        self.encoder, self.decoder = (
            nn.Sequential(*(PLAIN[type(layer).__name__](layer) for layer in part.model))
            for part in (codec.encoder, codec.decoder)
        )
        self.eval()

    @torch.no_grad()
    def forward(self, x):
        return self.decoder(self.encoder(x))
