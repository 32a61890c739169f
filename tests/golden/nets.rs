//! The networks at small size: outputs, gradients, quantiser and losses.
//!
//! Tolerance 2e-5 on outputs of order one: the full-size networks differ by 3e-6 between f32 and
//! f64, and block layouts sum in other orders. Gradients: 1e-4 relative.

use diaphane::model::{
    Denoiser, DenoiserConfig, DiscriminatorConfig, PatchDiscriminator, Verdict, Vqgan, VqganConfig,
    adversarial_loss, ms_ssim, ms_ssim_scores,
};
use diaphane::nn::{AttentionBlock, AttentionOrder, timestep_embedding};
use tch::nn::{OptimizerConfig as _, VarStore};
use tch::{Device, Kind, Reduction, Tensor};

use crate::fixtures::{Fixture, assert_close, assert_near, meta, variables};

const OUTPUT: f64 = 2e-5;
const GRADIENT: f64 = 1e-4;

fn small_denoiser(order: AttentionOrder) -> Option<(VarStore, Denoiser)> {
    let weights = Fixture::load("unet_small_weights")?;
    let config = DenoiserConfig {
        in_channels: 8,
        out_channels: 8,
        model_channels: 32,
        channel_mult: vec![1, 2],
        num_res_blocks: 1,
        attention_resolutions: vec![2],
        num_heads: 4,
        attention_order: order,
        norm_groups: 32,
    };
    let vs = VarStore::new(Device::Cpu);
    let denoiser = Denoiser::new(&vs.root(), &config);
    weights.fill(&vs);
    Some((vs, denoiser))
}

fn small_vqgan() -> Option<(VarStore, Vqgan)> {
    let weights = Fixture::load("vqvae_small_weights")?;
    let config = VqganConfig {
        in_channels: 1,
        channels: vec![16, 32, 32],
        residual_layers: 1,
        residual_channels: 32,
        codebook_size: 64,
        latent_channels: 4,
    };
    let vs = VarStore::new(Device::Cpu);
    let vqgan = Vqgan::new(&vs.root(), &config);
    weights.fill(&vs);
    Some((vs, vqgan))
}

fn small_discriminator() -> Option<(VarStore, PatchDiscriminator)> {
    let weights = Fixture::load("disc_small_weights")?;
    let config = DiscriminatorConfig {
        in_channels: 1,
        channels: 8,
        num_layers: 3,
    };
    let vs = VarStore::new(Device::Cpu);
    let discriminator = PatchDiscriminator::new(&vs.root(), &config);
    weights.fill(&vs);
    Some((vs, discriminator))
}

/// Compares the L2 norm of each parameter's gradient with `expected`, in the order of `names`.
fn assert_gradient_norms(vs: &VarStore, names: &serde_json::Value, expected: &[f32]) {
    let by_name = variables(vs);
    let names = names.as_array().expect("a list of names");
    assert_eq!(names.len(), expected.len());
    let largest = expected.iter().copied().fold(0.0_f32, f32::max);
    for (name, &expected) in names.iter().zip(expected) {
        let name = name.as_str().expect("a name");
        let norm = by_name[name].grad().norm().double_value(&[]);
        // A bias before a batch normalisation has no gradient but rounding: the floor.
        let tolerance = GRADIENT * f64::from(expected) + 1e-7 * f64::from(largest);
        assert_near(name, norm, f64::from(expected), tolerance);
    }
}

#[test]
fn timestep_embedding_equals_the_reference() {
    let Some(io) = Fixture::load("unet_small_io") else {
        return;
    };
    let embedding = timestep_embedding(&io.tensor("t"), 32);
    // cos(999) moves by 1e-6 with one rounding of its argument's frequency.
    assert_close(
        "embedding",
        &embedding,
        &io.tensor("timestep_embedding"),
        1e-4,
    );
}

#[test]
fn denoiser_equals_the_reference_in_both_attention_orders() {
    let _guard = tch::no_grad_guard();
    for (order, key) in [
        (AttentionOrder::New, "y"),
        (AttentionOrder::Legacy, "y_legacy_attention"),
    ] {
        let Some((_vs, denoiser)) = small_denoiser(order) else {
            return;
        };
        let io = Fixture::load("unet_small_io").expect("fixtures");
        let prediction = denoiser.forward(&io.tensor("x"), &io.tensor("t"));
        assert_close(key, &prediction, &io.tensor(key), OUTPUT);
    }
}

#[test]
fn attention_block_equals_the_reference_alone() {
    let Some(io) = Fixture::load("unet_small_io") else {
        return;
    };
    let _guard = tch::no_grad_guard();
    let weights = Fixture::load("unet_small_weights").expect("fixtures");
    let vs = VarStore::new(Device::Cpu);
    let block = AttentionBlock::new(&vs.root(), 64, 4, AttentionOrder::New, 32);
    for (name, mut variable) in variables(&vs) {
        variable.copy_(&weights.tensor(&format!("middle_block.1.{name}")));
    }
    let out = block.forward(&io.tensor("attn.in"));
    assert_close("attention", &out, &io.tensor("attn.out"), OUTPUT);
}

#[test]
fn denoiser_trains_two_steps_like_the_reference() {
    let Some((vs, denoiser)) = small_denoiser(AttentionOrder::New) else {
        return;
    };
    let train = Fixture::load("unet_small_train").expect("fixtures");
    let meta = meta("unet_small_train");
    let adamw = tch::nn::AdamW {
        beta1: 0.9,
        beta2: 0.999,
        wd: 0.01,
        eps: 1e-6,
        amsgrad: false,
    };
    let mut optimizer = adamw.build(&vs, 1e-4).expect("an optimiser");
    for step in ["s0", "s1"] {
        let get = |name: &str| train.tensor(&format!("{step}.{name}"));
        let prediction = denoiser.forward(&get("noisy"), &get("t"));
        assert_close("prediction", &prediction, &get("pred"), OUTPUT);
        let noise = get("noise_iid") + get("noise_offset") * 0.1;
        let loss = prediction.narrow(1, 0, 4).mse_loss(&noise, Reduction::Mean);
        let expected = train.scalar(&format!("{step}.loss"));
        assert_near("loss", loss.double_value(&[]), expected, 1e-5 * expected);
        optimizer.zero_grad();
        loss.backward();
        let norms = train.f32s(&format!("{step}.grad_l2"));
        assert_gradient_norms(&vs, &meta["param_order"], &norms);

        let by_name = variables(&vs);
        for name in [
            "input_blocks.0.0.weight",
            "time_embed.0.weight",
            "middle_block.1.qkv.weight",
            "output_blocks.0.0.skip_connection.weight",
            "out.2.weight",
        ] {
            let expected = get(&format!("grad.{name}"));
            let scale = expected.abs().max().double_value(&[]);
            assert_close(name, &by_name[name].grad(), &expected, GRADIENT * scale);
        }
        optimizer.step();
        for name in ["input_blocks.0.0.weight", "middle_block.1.qkv.weight"] {
            // A step of AdamW is at most about 1e-4; 2% of it covers gradients near zero.
            let expected = get(&format!("after.{name}"));
            assert_close(name, &by_name[name], &expected, 2e-6);
        }
    }
}

#[test]
fn vqgan_equals_the_reference() {
    let Some((_vs, vqgan)) = small_vqgan() else {
        return;
    };
    let _guard = tch::no_grad_guard();
    let io = Fixture::load("vqvae_small_io").expect("fixtures");
    let latent = vqgan.encode(&io.tensor("images"));
    assert_close("latent", &latent, &io.tensor("z"), OUTPUT);

    let quantized = vqgan.quantize(&io.tensor("z"));
    let indices = io.tensor("indices");
    assert_eq!(quantized.indices, indices, "codebook rows");
    assert_close(
        "quantised",
        &quantized.latent,
        &io.tensor("quantized"),
        1e-6,
    );
    let loss = io.scalar("quant_loss");
    assert_near("loss", quantized.loss.double_value(&[]), loss, 1e-6);
    let perplexity = vqgan.perplexity(&indices);
    assert_near("perplexity", perplexity, io.scalar("perplexity"), 1e-3);
    let rows = io.tensor("codebook_lookup");
    assert_close("lookup", &vqgan.lookup(&indices), &rows, 0.0);

    for (from, to) in [("z", "decode_of_z"), ("quantized", "decode_of_quantized")] {
        let image = vqgan.decode(&io.tensor(from));
        assert_close(to, &image, &io.tensor(to), OUTPUT);
    }
    let noisy = io.tensor("z") + io.tensor("noise301") * 0.05;
    let image = vqgan.decode(&vqgan.quantize(&noisy).latent);
    let expected = io.tensor("decode_stage_2_of_noise");
    assert_close("decode of noise", &image, &expected, OUTPUT);
}

#[test]
fn discriminator_equals_the_reference_in_both_modes() {
    let Some((vs, discriminator)) = small_discriminator() else {
        return;
    };
    let _guard = tch::no_grad_guard();
    let io = Fixture::load("disc_small_io").expect("fixtures");
    for (mode, train) in [("eval", false), ("train", true)] {
        let judgement = discriminator.forward_t(&io.tensor("x"), train);
        for (layer, features) in judgement.features.iter().enumerate() {
            let key = format!("{mode}.{layer}");
            assert_close(&key, features, &io.tensor(&key), OUTPUT);
        }
        let key = format!("{mode}.4");
        assert_close(&key, &judgement.logits, &io.tensor(&key), OUTPUT);
    }
    let by_name = variables(&vs);
    for (name, variable) in &by_name {
        if name.contains("running") {
            let expected = io.tensor(&format!("after.{name}"));
            assert_close(name, variable, &expected, 1e-6);
        }
    }
    assert_eq!(by_name["0.adn.N.num_batches_tracked"].int64_value(&[]), 1);

    let logits = io.tensor("train.4");
    for (key, verdict) in [
        ("adv.gen_real", Verdict::Real),
        ("adv.disc_real", Verdict::Real),
        ("adv.disc_fake", Verdict::Fake),
    ] {
        let loss = adversarial_loss(&logits, verdict).double_value(&[]);
        assert_near(key, loss, io.scalar(key), 1e-6);
    }
}

#[test]
fn vqgan_and_discriminator_losses_and_gradients_equal_the_reference() {
    let (Some((vqgan_vs, vqgan)), Some((disc_vs, discriminator))) =
        (small_vqgan(), small_discriminator())
    else {
        return;
    };
    let step = Fixture::load("vqgan_train_step").expect("fixtures");
    let meta = meta("vqgan_train_step");
    let images = Fixture::load("vqvae_small_io")
        .expect("fixtures")
        .tensor("images");
    let near = |key: &str, value: &Tensor| {
        assert_near(key, value.double_value(&[]), step.scalar(key), 2e-5);
    };

    let latent = vqgan.encode(&images);
    let quantized = vqgan.quantize(&latent);
    vqgan.update_codebook(&latent, &quantized.indices);
    let reconstruction = vqgan.decode(&quantized.latent);
    assert_close("recon", &reconstruction, &step.tensor("recon"), OUTPUT);

    let logits = discriminator.forward_t(&reconstruction, true).logits;
    let generated = adversarial_loss(&logits, Verdict::Real);
    let similarity = ms_ssim(&reconstruction, &images);
    let pixels = reconstruction.mse_loss(&images, Reduction::Mean);
    near("recons_loss", &pixels);
    near("quant_loss", &quantized.loss);
    near("gen_loss", &generated);
    near("msssim", &similarity);
    let loss = pixels + &quantized.loss + generated * 0.01 + (-similarity + 1.0);
    near("loss_g", &loss);
    loss.backward();
    assert_gradient_norms(&vqgan_vs, &meta["grad_names"], &step.f32s("grad_l2"));

    let codebook = variables(&vqgan_vs);
    for (key, name) in [
        ("ema_cluster_size", "quantizer.quantizer.ema_cluster_size"),
        ("ema_w", "quantizer.quantizer.ema_w"),
        ("embedding", "quantizer.quantizer.embedding.weight"),
    ] {
        let expected = step.tensor(key);
        let scale = expected.abs().max().double_value(&[]);
        assert_close(key, &codebook[name], &expected, 1e-5 * scale);
    }

    for variable in disc_vs.trainable_variables() {
        drop(variable.grad().zero_());
    }
    let fake = discriminator
        .forward_t(&reconstruction.detach(), true)
        .logits;
    let real = discriminator.forward_t(&images, true).logits;
    let fake = adversarial_loss(&fake, Verdict::Fake);
    let real = adversarial_loss(&real, Verdict::Real);
    near("loss_d_fake", &fake);
    near("loss_d_real", &real);
    let loss = (fake + real) * (0.5 * 0.01);
    near("loss_d", &loss);
    loss.backward();
    let norms = step.f32s("disc_grad_l2");
    assert_gradient_norms(&disc_vs, &meta["disc_param_names"], &norms);
}

#[test]
fn ms_ssim_equals_the_authors_code_with_its_gradient() {
    let Some(io) = Fixture::load("msssim") else {
        return;
    };
    let read =
        |key| (io.tensor(key).to_kind(Kind::Float) / 255.0 * 2.0 - 1.0).view([1, 1, 256, 256]);
    let (image, reference) = (read("rec_u8").set_requires_grad(true), read("img_u8"));
    let scores = ms_ssim_scores(&image, &reference);
    assert_close("ssim", &scores.ssim, &io.tensor("ssim_levels"), 2e-5);
    let structures = io.tensor("cs_levels");
    assert_close("cs", &scores.contrast_structure, &structures, 2e-5);
    assert_eq!(scores.ranges.to_vec(), io.i64s("L_levels"));

    let similarity = ms_ssim(&image, &reference);
    let expected = io.scalar("msssim_relu");
    assert_near("ms-ssim", similarity.double_value(&[]), expected, 2e-5);
    similarity.backward();
    let expected = io.tensor("grad_rec");
    let scale = expected.abs().max().double_value(&[]);
    // Variances are differences of nearly equal blurs: their rounding is what remains.
    assert_close("gradient", &image.grad(), &expected, 1e-3 * scale);

    let _guard = tch::no_grad_guard();
    let crop = |tensor: &Tensor| tensor.narrow(2, 0, 64).narrow(3, 0, 64);
    let small = ms_ssim(&crop(&image), &crop(&reference)).double_value(&[]);
    assert_near("small", small, io.scalar("msssim_small"), 2e-5);
    let shift = |tensor: &Tensor| tensor * 0.2 + 0.4;
    let shifted = ms_ssim(&shift(&image), &shift(&reference)).double_value(&[]);
    assert_near("shifted", shifted, io.scalar("msssim_shifted"), 5e-5);
}
