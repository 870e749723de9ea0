"Waveforms to codes and back: quantizer, networks, codec, losses, training."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .quantize import Quantized, ResidualVectorQuantizer, check_codes, count_codebooks, k_means, nearest_code
    from .quantize import perplexity
    from .seanet import CodecConfig, Conv, ConvTranspose, Decoder, Encoder, ResidualUnit, SkipLSTM, convolve_padded
    from .seanet import pad_ends, remembering
    from .framewise import ChannelNorm, ConvNeXtUnit, FrameDecoder, FrameEncoder, InverseSTFT, LappedTransform
    from .framewise import linear_path
    from .model import CHUNK_SECONDS, Codec, CONTEXT_SECONDS, LOUDEST, in_chunks
    from .published import PUBLISHED, PublishedCodec
    from .streaming import StreamingCodec
    from .codes_file import CodesFile, read_codes
    from .losses import Balancer, EnvelopeLoss, RecognitionLoss, SpectralLoss, feature_matching_loss, magnitudes
    from .losses import time_loss
    from .discriminators import Discriminator, MelDiscriminator, PatchDiscriminator, STFTDiscriminator
    from .discriminators import adversarial_loss, discriminator_loss
    from .training import CodecSteps, CodecTrainConfig, TrainingCrops, calibrate, draw_n_codebooks, evaluate_codec
    from .training import keep_samples, train_codec, train_recognisers, validation_crops

__getattr__, __dir__, __all__ = lazy(__name__, __file__, grown={"Codec": ["published", "codes_file"]})
