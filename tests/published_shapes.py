"""Networks as their authors wrote them, from the published shapes: state in forward, tokens first.

CORnet-S (Kubilius et al. 2019) uses the same layers several times over, each time with norms of its
own.  The visual encoder of CLIP (Radford et al. 2021) puts tokens before pictures, normalises the
class token alone, and ends in a product with a matrix.  HuggingFace's encoders hand tuples on.
"""

import torch
from torch import nn


class Recurrent(nn.Module):
    """A block of CORnet-S: a bottleneck that is run `times` times on its own output."""

    def __init__(self, n_in, n_out, times):
        super().__init__()
        self.times = times
        wide = 4 * n_out
        self.conv_input = nn.Conv2d(n_in, n_out, 1, bias=False)
        self.skip = nn.Conv2d(n_out, n_out, 1, stride=2, bias=False)
        self.norm_skip = nn.BatchNorm2d(n_out)
        self.conv1 = nn.Conv2d(n_out, wide, 1, bias=False)
        self.conv2 = nn.Conv2d(wide, wide, 3, stride=2, padding=1, bias=False)
        self.conv3 = nn.Conv2d(wide, n_out, 1, bias=False)
        self.nonlin1 = self.nonlin2 = self.nonlin3 = None
        for k in (1, 2, 3):
            setattr(self, f"nonlin{k}", nn.ReLU(inplace=True))
            for t in range(times):
                setattr(self, f"norm{k}_{t}", nn.BatchNorm2d(n_out if k == 3 else wide))
        self.output = nn.Identity()

    def forward(self, given):
        x = self.conv_input(given)
        for t in range(self.times):
            skip = self.norm_skip(self.skip(x)) if t == 0 else x
            self.conv2.stride = (2, 2) if t == 0 else (1, 1)
            x = self.nonlin1(getattr(self, f"norm1_{t}")(self.conv1(x)))
            x = self.nonlin2(getattr(self, f"norm2_{t}")(self.conv2(x)))
            x = getattr(self, f"norm3_{t}")(self.conv3(x))
            x += skip
            x = self.nonlin3(x)
            output = self.output(x)
        return output


class CORnetS(nn.Module):
    def __init__(self, n_classes=1000, width=64):
        super().__init__()
        self.V1 = nn.Sequential(
            nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Identity(),
        )
        self.V2 = Recurrent(width, 2 * width, 2)
        self.V4 = Recurrent(2 * width, 4 * width, 4)
        self.IT = Recurrent(4 * width, 8 * width, 2)
        self.decoder = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8 * width, n_classes), nn.Identity()
        )

    def forward(self, x):
        return self.decoder(self.IT(self.V4(self.V2(self.V1(x)))))


class Attention(nn.Module):
    """A block of CLIP's transformer; tokens come first, then pictures."""

    def __init__(self, width, heads):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class ClipVisual(nn.Module):
    def __init__(self, size=224, patch=32, width=768, layers=12, heads=12, n_out=512):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(width**-0.5 * torch.randn(width))
        n_tokens = (size // patch) ** 2 + 1
        self.positional_embedding = nn.Parameter(width**-0.5 * torch.randn(n_tokens, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = nn.Sequential(*(Attention(width, heads) for _ in range(layers)))
        self.proj = nn.Parameter(width**-0.5 * torch.randn(width, n_out))

    def forward(self, x):
        x = self.conv1(x)
        x = x.reshape(x.shape[0], x.shape[1], -1).permute(0, 2, 1)
        zeros = torch.zeros(x.shape[0], 1, x.shape[-1], dtype=x.dtype, device=x.device)
        x = torch.cat([self.class_embedding.to(x.dtype) + zeros, x], dim=1)
        x = self.ln_pre(x + self.positional_embedding.to(x.dtype))
        x = self.transformer(x.permute(1, 0, 2)).permute(1, 0, 2)
        return self.ln_post(x[:, 0, :]) @ self.proj


class Handing(nn.Module):
    """As HuggingFace's layers: takes options, returns a tuple."""

    def __init__(self, width):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(width, 3, 2 * width, batch_first=True)

    def forward(self, x, output_attentions=False):
        return (self.layer(x), None) if output_attentions else (self.layer(x),)


class HandingEncoder(nn.Module):
    """As HuggingFace's ViT with a linear classifier on its class token."""

    def __init__(self, size=64, patch=16, width=48, layers=2, n_classes=10):
        super().__init__()
        self.size = size
        self.projection = nn.Conv2d(3, width, patch, patch)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.position = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width))
        self.layers = nn.ModuleList(Handing(width) for _ in range(layers))
        self.layernorm = nn.LayerNorm(width)
        self.classifier = nn.Linear(width, n_classes)

    def forward(self, pixels):
        n, _, height, width = pixels.shape
        if height != self.size or width != self.size:
            raise ValueError(f"Input image size ({height}*{width}) doesn't match {self.size}.")
        x = self.projection(pixels).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(n, -1, -1), x), dim=1) + self.position
        for layer in self.layers:
            x = layer(x)[0]
        return self.classifier(self.layernorm(x)[:, 0])
