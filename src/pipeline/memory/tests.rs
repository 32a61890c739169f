use super::*;
use crate::model::Preset;
use MemorySaving as S;

fn demand(device: Device) -> Demand {
    let manifest = Manifest::for_preset(Preset::Compact);
    Demand {
        codec_bytes: codec_bytes(&manifest, 1024 * 1024),
        native_pixels: 6000 * 6000,
        output: OutputGrid::Native,
        num_seeds: 4,
        device,
        freed_by_half: 64 * MIB,
        is_half: false,
    }
}

/// MiB of so many pictures of 6000 x 6000 pixels in 32 bits.
fn pictures(count: u64) -> u64 {
    (count * 6000 * 6000 * 4).div_ceil(MIB)
}

fn only_cpu(mib: u64) -> impl Fn(Device, u64) -> Option<u64> {
    move |device, _| (device == Device::Cpu).then_some(mib * MIB)
}

#[test]
fn the_codec_decides_for_the_compact_bundle_and_large_pictures_for_the_cpu() {
    let large = demand(Device::Cpu);
    assert_eq!(largest_stage(&large), Stage::Restore);
    let usual = Demand {
        native_pixels: 2000 * 2500,
        num_seeds: 1,
        ..large
    };
    let [decode, restore] = usual.needs();
    assert_eq!((decode.bytes / MIB, restore.bytes / MIB), (384, 228));
    assert_eq!(largest_stage(&usual), Stage::Decode);
}

/// Peaks of the command line above the program with libtorch loaded, 5000 x 5000 pixels, compact bundle, CPU.
#[test]
fn the_estimate_lies_above_what_was_measured_and_not_far() {
    for (output, num_seeds, measured_mib) in [
        (OutputGrid::Native, 1, 1025),
        (OutputGrid::Native, 3, 1546),
        (OutputGrid::Model, 1, 790),
        (OutputGrid::Model, 3, 1360),
    ] {
        let estimated = Demand {
            native_pixels: 5000 * 5000,
            output,
            num_seeds,
            ..demand(Device::Cpu)
        };
        let mib = estimated.largest() / MIB;
        let range = measured_mib..=measured_mib * 5 / 4;
        assert!(range.contains(&mib), "{output:?} {num_seeds}: {mib}");
    }
}

#[test]
fn only_what_fits_is_offered_and_each_offer_says_what_it_needs() {
    let offered = |free_mib| {
        let offers = offers_that_fit(demand(Device::Cpu), Stage::Restore, only_cpu(free_mib));
        let offers = offers.into_iter();
        offers
            .map(|offer| (offer.savings, offer.needed_mib))
            .collect::<Vec<_>>()
    };
    // 18 pictures are asked for; 12 are left with one seed, 16 on the model's grid; bf16 frees 64 MiB.
    assert_eq!(
        offered(pictures(18) - 60),
        [
            (vec![S::OneSeed], pictures(12)),
            (vec![S::ModelGrid], pictures(16)),
            (vec![S::HalfPrecision], pictures(18)),
        ]
    );
    assert_eq!(offered(pictures(12)), [(vec![S::OneSeed], pictures(12))]);
    // None alone: two together.
    assert_eq!(
        offered(pictures(10)),
        [(vec![S::OneSeed, S::ModelGrid], pictures(10))]
    );
    assert_eq!(offered(pictures(9)), []);
}

#[test]
fn a_card_that_ran_out_offers_bf16_and_the_cpu_where_it_has_room() {
    let on_card = demand(Device::Cuda(0));
    let savings = |free_mib| {
        let offers = offers_that_fit(on_card, Stage::Decode, only_cpu(free_mib));
        let offers = offers.into_iter();
        offers.flat_map(|offer| offer.savings).collect::<Vec<_>>()
    };
    assert_eq!(savings(pictures(18)), [S::HalfPrecision, S::Cpu]);
    assert_eq!(savings(100), [], "the native pictures do not fit either");
    let small = Demand {
        native_pixels: 1_000_000,
        ..on_card
    };
    let offers = offers_that_fit(small, Stage::Decode, only_cpu(383));
    assert_eq!(offers.len(), 1, "the codec needs 384 MiB on the CPU");
    let half_already = Demand {
        freed_by_half: 0,
        ..small
    };
    assert_eq!(
        offers_that_fit(half_already, Stage::Decode, only_cpu(383)),
        []
    );
}

#[test]
fn where_no_setting_helps_it_is_said_plainly() {
    let manifest = Manifest::for_preset(Preset::Compact);
    let [decode, restore] = demand(Device::Cpu).needs();
    let told = advice(&manifest, (decode, 100 * MIB), &[]);
    assert!(told.starts_with("no setting of this run"), "{told}");
    assert!(told.contains("at most 512 px"), "{told}");
    assert!(codec_bytes(&manifest, 512 * 512) <= 100 * MIB);
    assert!(advice(&manifest, (restore, 0), &[]).contains("smaller picture"));
    let offer = MemoryOffer {
        savings: vec![S::OneSeed, S::Cpu],
        needed_mib: 1536,
    };
    let told = advice(&manifest, (restore, 0), &[offer]);
    let expected = "it fits with one picture in place of the mean of several and the CPU (about 1.5 GiB); or close \
                    other programs";
    assert_eq!(told, expected);
}
