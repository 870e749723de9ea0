"Everything else to tokens or vectors: phonemes, durations, notes, captions, semantic units."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .g2p import ARPABET, LETTERS, SOUNDS, SpellingNet, load_g2p, load_lexicon, phoneme_error, pronounce
    from .g2p import read_dictionary, save_lexicon, spell, train_g2p
    from .text_normalisation import cardinal, digit_words, normalise_text, number_words, ordinal, year_words
    from .phonemes import PHONEMES, PINYIN_ALONE, alignment_to_frames, class_durations, espeak_phonemes
    from .phonemes import ids_to_phonemes, ipa_to_phonemes, n_phonemes, normalise_label, phoneme_ids, share_frames
    from .phonemes import spread_durations, sung_phonemes, text_to_phonemes
    from .phonetables import PhoneTable, phonemes_to_table, pinyin_rows, table_to_phonemes
    from .alignment_files import load_alignment, read_ctm, read_textgrid, save_alignment, show_alignment
    from .aligner import Aligner, aligner_examples, flat_start, is_loud, occupancy, target_phonemes, train_aligner
    from .durations import AverageDurations, DurationPredictor, duration_error, duration_features, measure_durations
    from .durations import train_durations
    from .notes import N_NOTES, Note, f0_to_notes, lyrics_to_frames, midi_of, note_name, notes_to_frames, read_notes
    from .notes import show_piano_roll, syllables
    from .rewording import AFTER, BEFORE, LEXICON, add_s, captions_for, ing, invent_word, reword, with_article
    from .captions import CaptionConfig, CaptionEncoder, MAX_WORDS, ngram_rows
    from .contrastive_captions import CaptionMatcher, CaptionSampler, augment, caption_of, class_of
    from .contrastive_captions import match_targets, matching_loss, normalise_level, train_matcher
    from .text import T5TextEncoder, load_text_encoder, train_caption_encoder
    from .semantic_encoder import SemanticConfig, SemanticEncoder, active_frames, cepstra, contrastive_loss, disturb
    from .semantic_encoder import diversity_loss, normalise_over_time, span_mask, spoil, with_neighbours
    from .semantic import HubertEncoder, SemanticTokenizer, cluster, fit_units, read_centroids, train_semantic

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
