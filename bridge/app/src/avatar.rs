//! Draws a group's avatar: its letters on its colour, with a ring around them, as a PNG.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use kring_policies::plan::Avatar;

/// Width and height in pixels; clients show it between 24 and 96.
pub const SIZE: u16 = 192;

/// The avatar as PNG bytes; `None` when it cannot be drawn (a colour that is no `#rrggbb`).
pub fn draw(avatar: &Avatar) -> Option<Vec<u8>> {
    let mut canvas = Canvas::filled(colour(&avatar.colour)?);
    canvas.ring();
    canvas.letters(&avatar.letters)?;
    canvas.encode()
}

fn colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?;
    let mut rgb = [0; 3];
    hex::decode_to_slice(digits, &mut rgb).ok()?;
    Some(rgb)
}

struct Canvas {
    pixels: Vec<[u8; 3]>,
}

impl Canvas {
    fn filled(colour: [u8; 3]) -> Self {
        Self { pixels: vec![colour; usize::from(SIZE) * usize::from(SIZE)] }
    }

    /// Blends white over a pixel; `cover` from 0 to 1.
    fn lighten(&mut self, x: f32, y: f32, cover: f32) {
        let inside = 0.0..f32::from(SIZE);
        if !inside.contains(&x) || !inside.contains(&y) {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be in 0..SIZE"
        )]
        let index = y as usize * usize::from(SIZE) + x as usize;
        if let Some(pixel) = self.pixels.get_mut(index) {
            for channel in pixel {
                let value = f32::from(*channel);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "stays in 0..=255"
                )]
                let lighter = (value + (255.0 - value) * cover.clamp(0.0, 1.0)) as u8;
                *channel = lighter;
            }
        }
    }

    fn ring(&mut self) {
        let middle = f32::from(SIZE) / 2.0;
        let radius = middle * 0.86;
        for y in 0..SIZE {
            for x in 0..SIZE {
                let (x, y) = (f32::from(x), f32::from(y));
                let distance = ((x + 0.5 - middle).hypot(y + 0.5 - middle) - radius).abs();
                self.lighten(x, y, (3.5 - distance).clamp(0.0, 1.0) * 0.8);
            }
        }
    }

    fn letters(&mut self, text: &str) -> Option<()> {
        let font = FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).ok()?;
        let count = text.chars().count().clamp(1, 3);
        let height = f32::from(SIZE) * [0.62, 0.52, 0.42].get(count - 1)?;
        let scaled = font.as_scaled(PxScale::from(height));
        let width: f32 = text.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum();
        let mut x = (f32::from(SIZE) - width) / 2.0;
        let baseline = (f32::from(SIZE) + height * 0.56) / 2.0;
        for c in text.chars().take(3) {
            let id = font.glyph_id(c);
            let glyph = id.with_scale_and_position(PxScale::from(height), ab_glyph::point(x, baseline));
            x += scaled.h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
            outline.draw(|dx, dy, cover| self.lighten(corner.x + dx as f32, corner.y + dy as f32, cover));
        }
        Some(())
    }

    fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, SIZE.into(), SIZE.into());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().ok()?.write_image_data(self.pixels.as_flattened()).ok()?;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_colour_are_in_the_picture() {
        let avatar = Avatar { letters: "UT".into(), colour: "#2e7d32".into() };
        let bytes = draw(&avatar).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels[..3], [0x2e, 0x7d, 0x32], "the corner is the group's colour");
        assert!(pixels.chunks(3).any(|p| p == [255, 255, 255]), "the letters are white");
        let other = draw(&Avatar { letters: "ZW".into(), colour: "#2e7d32".into() }).unwrap();
        assert_ne!(bytes, other, "other letters give another picture");
    }

    #[test]
    fn a_colour_that_is_none_gives_no_picture() {
        assert_eq!(draw(&Avatar { letters: "A".into(), colour: "groen".into() }), None);
    }
}
