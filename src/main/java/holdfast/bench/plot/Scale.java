package holdfast.bench.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How an axis spreads its values.
public enum Scale {
  /// From zero, evenly.
  LINEAR {
    @Override
    Range range(double min, double max) {
      double step = step(max);
      return new Range(0, Math.max(step, Math.ceil(max / step - TINY) * step));
    }

    @Override
    double warp(double value) {
      return value;
    }

    @Override
    List<Double> ticks(Range range) {
      double step = step(range.max());
      List<Double> ticks = new ArrayList<>();
      for (int i = 0; i * step <= range.max() * (1 + TINY); i++) {
        ticks.add(i * step);
      }
      return ticks;
    }

    // 1, 2 or 5 times a power of ten, so that there are at most `TICKS_MAX` of them.
    private double step(double max) {
      if (max <= 0) {
        return 1;
      }
      double power = Math.pow(10, Math.floor(Math.log10(max / TICKS_MAX)));
      for (int factor : new int[] {1, 2, 5}) {
        if (max / (factor * power) <= TICKS_MAX) {
          return factor * power;
        }
      }
      return 10 * power;
    }
  },

  /// Each power of ten as wide as the next. Values must be above zero.
  LOG {
    @Override
    Range range(double min, double max) {
      return new Range(
          Math.pow(10, Math.floor(Math.log10(min) + TINY)),
          Math.pow(10, Math.floor(Math.log10(max) - TINY) + 1));
    }

    @Override
    double warp(double value) {
      return Math.log10(value);
    }

    @Override
    List<Double> ticks(Range range) {
      List<Double> ticks = new ArrayList<>();
      for (double tick = range.min(); tick <= range.max() * (1 + TINY); tick *= 10) {
        ticks.add(tick);
      }
      return ticks;
    }
  },

  /// Powers of four, evenly: numbers of requests outstanding.
  OUTSTANDING {
    @Override
    Range range(double min, double max) {
      double low = 1;
      while (low * 4 <= min) {
        low *= 4;
      }
      double high = 4 * low;
      while (high < max) {
        high *= 4;
      }
      return new Range(low, high);
    }

    @Override
    double warp(double value) {
      return Math.log(value);
    }

    @Override
    List<Double> ticks(Range range) {
      List<Double> ticks = new ArrayList<>();
      for (double tick = range.min(); tick <= range.max(); tick *= 4) {
        ticks.add(tick);
      }
      return ticks;
    }
  },

  /// Percentiles, each further nine as wide as the one before.
  PERCENTILE {
    @Override
    Range range(double min, double max) {
      double high = 90;
      while (high < max && high < PERCENTILE_MAX) {
        high = 100 - (100 - high) / 10;
      }
      return new Range(0, high);
    }

    @Override
    double warp(double value) {
      return Math.log10(100 / (100 - Math.min(value, PERCENTILE_MAX)));
    }

    @Override
    List<Double> ticks(Range range) {
      List<Double> ticks = new ArrayList<>(List.of(0.0, 50.0));
      for (double rest = 10; 100 - rest <= range.max() + TINY; rest /= 10) {
        ticks.add(100 - rest);
      }
      return ticks;
    }
  };

  /// Against rounding.
  private static final double TINY = 1e-9;

  private static final int TICKS_MAX = 6;
  private static final double PERCENTILE_MAX = 99.999;

  /// From where to where an axis goes.
  record Range(double min, double max) {}

  /// The range that holds values between these and ends at ticks.
  abstract Range range(double min, double max);

  /// A value on an even scale.
  abstract double warp(double value);

  abstract List<Double> ticks(Range range);

  /// Where a value stands, from 0 (the range's lower end) to 1; what is outside stands at the end.
  double place(double value, Range range) {
    double low = warp(range.min());
    double high = warp(range.max());
    return Math.clamp((warp(Math.max(value, range.min())) - low) / (high - low), 0.0, 1.0);
  }

  /// A number as it stands at a tick: `0.5`, `20`, `1,500`, `20k`, `3M`.
  static String label(double value) {
    if (value >= 1e6) {
      return plain(value / 1e6) + "M";
    }
    if (value >= 1e4) {
      return plain(value / 1e3) + "k";
    }
    return plain(value);
  }

  private static String plain(double value) {
    String text = String.format(Locale.ROOT, "%,.3f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
