"Two processes learn the same codebooks, from the vectors of both, and a NaN in one of them stops neither."
import os
import socket

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from uniaudio_nb.quantize import ResidualVectorQuantizer


def learn(rank, port, folder):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=2)
    torch.manual_seed(0)
    quantizer = ResidualVectorQuantizer(8, 2, 64, dropout=True)
    own = torch.Generator().manual_seed(rank)
    torch.manual_seed(rank)  # different random choices: the first process's count
    for step in range(12):
        latents = torch.randn(2, 8, 40, generator=own) + 4 * rank  # each process sees one half of the world
        if step == 5 and rank == 1: latents[0, 0, 0] = torch.nan
        quantizer(latents)
    torch.save(quantizer.state_dict(), folder / f"{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_share_codebooks(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mp.spawn(learn, (port, tmp_path), nprocs=2)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    for name in first: assert torch.equal(first[name], second[name]), name
    assert torch.isfinite(first["codebooks"]).all()
    centres = first["codebooks"][0].mean(1)
    assert (centres < 1).any() and (centres > 3).any()  # codes for what each of the two saw
