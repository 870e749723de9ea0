"""The multi-scale Transformer in plain PyTorch, written from the description of the released code: what our own is
measured against.

Attention with materialised scores in float32, a cache that grows by concatenation, local stack and head on all frames
in training. Nothing is slowed down on purpose: the loss of conditions is left out of the mean, the prefix runs
through the global stack only, positions are sliced. The attributes have the released names, so that a state dict goes
from one to the other.
"""

import torch
import torch.nn.functional as F
from torch import nn

MEGA_GLOBAL, MEGA_LOCAL = 23, 24


class Attention(nn.Module):
    def __init__(self, width, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, cache=None):
        B, T, D = x.shape
        q = self.query(x)
        k = self.key(x)
        v = self.value(x)
        if cache is not None:
            if "k" in cache:
                k, v = torch.cat([cache["k"], k], 1), torch.cat([cache["v"], v], 1)
            cache["k"], cache["v"] = k, v
        S, scale = k.shape[1], (D // self.n_heads) ** -0.25
        q = q.view(B, T, self.n_heads, -1).permute(0, 2, 1, 3) * scale
        k = k.view(B, S, self.n_heads, -1).permute(0, 2, 3, 1) * scale
        v = v.view(B, S, self.n_heads, -1).permute(0, 2, 1, 3)
        scores = q @ k
        if T > 1:
            scores = scores + torch.full((T, S), -torch.inf, device=x.device).triu(S - T + 1)
        weights = F.softmax(scores.float(), -1).to(q.dtype)
        return self.out((weights @ v).permute(0, 2, 1, 3).flatten(2))


class Block(nn.Module):
    def __init__(self, width, n_heads):
        super().__init__()
        self.attn_ln, self.attn = nn.LayerNorm(width), Attention(width, n_heads)
        self.mlp_ln = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, cache=None):
        x = x + self.attn(self.attn_ln(x), cache)
        return x + self.mlp(self.mlp_ln(x))


class ReferenceMultiScale(nn.Module):
    "Tokens [B, T, K] -> logits [B, T, K, V]."

    def __init__(
        self,
        n_layers=16,
        n_local_layers=8,
        width=768,
        n_heads=12,
        context=8000,
        vocabulary_size=4212,
        n_codebooks=3,
        text_width=768,
    ):
        super().__init__()
        self.K = n_codebooks
        self.g_emb = nn.Embedding(vocabulary_size, width // n_codebooks)
        self.g_pos = nn.Embedding(context, width)
        self.l_emb, self.l_pos = nn.Embedding(vocabulary_size, width), nn.Embedding(n_codebooks, width)
        self.g_layers = nn.ModuleList(Block(width, n_heads) for _ in range(n_layers))
        self.l_layers = nn.ModuleList(Block(width, n_heads) for _ in range(n_local_layers))
        self.g_ln, self.l_ln = nn.LayerNorm(width), nn.LayerNorm(width)
        self.g2l_linear = nn.Linear(width // n_codebooks, width)
        self.lm_head = nn.Linear(width, vocabulary_size, bias=False)
        self.continuous_mappings = nn.ModuleDict({"text_t5": nn.Linear(text_width, width)})

    def global_stack(self, tokens, continuous=None, caches=None, first=0):
        """Shifted tokens [B, T, K] -> states [B, T, D]; a vector stands in place of the frames that `continuous` =
        (mask [B, T], vectors [N, D_text]) names."""
        x = self.g_emb(tokens).flatten(2)
        if continuous is not None:
            mask, vectors = continuous
            x = x.clone()
            x[mask] = self.continuous_mappings["text_t5"](vectors)
        x = x + self.g_pos.weight[first : first + x.shape[1]]
        for i, block in enumerate(self.g_layers):
            x = block(x, None if caches is None else caches[i])
        return self.g_ln(x)

    def local_stack(self, previous, told, slot=0, caches=None):
        "Previous tokens of the frame [N, T], what the slots are told [N, T, D] -> logits [N, T, V]."
        x = self.l_emb(previous) + told + self.l_pos.weight[slot : slot + previous.shape[1]]
        for i, block in enumerate(self.l_layers):
            x = block(x, None if caches is None else caches[i])
        return self.lm_head(self.l_ln(x))

    def told(self, states):
        return self.g2l_linear(states.reshape(-1, self.K, states.shape[-1] // self.K))

    def forward(self, tokens, continuous=None):
        B, T, K = tokens.shape
        shifted = torch.cat([tokens.new_full((B, 1, K), MEGA_GLOBAL), tokens[:, :-1]], 1)
        if continuous is not None:
            continuous = (torch.cat([torch.zeros_like(continuous[0][:, :1]), continuous[0][:, :-1]], 1), continuous[1])
        states = self.global_stack(shifted, continuous)
        frames = tokens.reshape(B * T, K)
        previous = torch.cat([frames.new_full((B * T, 1), MEGA_LOCAL), frames[:, :-1]], 1)
        return self.local_stack(previous, self.told(states)).view(B, T, K, -1)

    def loss(self, tokens, target_mask):
        losses = F.cross_entropy(self(tokens).flatten(0, 2), tokens.flatten(), reduction="none").view(tokens.shape)
        return losses[target_mask].mean()

    @torch.no_grad()
    def generate(self, prefix, n_frames, slots, top_k=30, temperature=0.8, generator=None):
        "Prefix [B, T, K] -> new frames [B, n_frames, K]; `slots` holds the first and last + 1 id of each slot."
        caches, new = [{} for _ in self.g_layers], []
        frame = torch.cat([prefix.new_full((len(prefix), 1, self.K), MEGA_GLOBAL), prefix], 1)
        first = 0
        for _ in range(n_frames):
            state = self.global_stack(frame, None, caches, first)[:, -1]
            first += frame.shape[1]
            told, local = self.told(state), [{} for _ in self.l_layers]
            drawn, previous = [], prefix.new_full((len(prefix), 1), MEGA_LOCAL)
            for k, (low, high) in enumerate(slots):
                logits = self.local_stack(previous, told[:, k : k + 1], k, local)[:, -1]
                logits[:, :low] = logits[:, high:] = -torch.inf
                best = logits.topk(top_k)
                choice = torch.multinomial((best.values / temperature).softmax(-1), 1, generator=generator)
                previous = best.indices.gather(1, choice)
                drawn.append(previous)
            frame = torch.stack(drawn, 2)
            new.append(frame)
        return torch.cat(new, 1)


def reference_of(config):
    "The reference in the sizes of a `MultiScaleConfig`, with random weights, in evaluation mode."
    return ReferenceMultiScale(
        config.n_layers,
        config.n_local_layers,
        config.width,
        config.n_heads,
        config.context,
        config.vocabulary_size,
        config.n_codebooks,
        config.continuous_dimension,
    ).eval()
