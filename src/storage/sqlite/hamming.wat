;; Compares bits sixteen bytes at a time, which JavaScript cannot. Compiled to hamming.wasm by `npm run generate`.
(module
  (memory (import "skein" "memory") 1)

  ;; For each of `count` rows of `chunks` times 16 bytes, one after the other from `rows` on: how many of its bits differ
  ;; from those at `wanted`, as a 16-bit number, one after the other from `out` on. All of it in bytes of the memory.
  (func (export "distances")
    (param $rows i32) (param $count i32) (param $wanted i32) (param $chunks i32) (param $out i32)
    (local $outEnd i32) (local $rowEnd i32) (local $other i32) (local $sum v128)
    (local.set $outEnd (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 1))))
    (block $done
      (loop $row
        (br_if $done (i32.ge_u (local.get $out) (local.get $outEnd)))
        (local.set $rowEnd (i32.add (local.get $rows) (i32.shl (local.get $chunks) (i32.const 4))))
        (local.set $other (local.get $wanted))
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (loop $chunk
          ;; Eight sums of 16 bits: room for 4,096 chunks.
          (local.set $sum
            (i16x8.add
              (local.get $sum)
              (i16x8.extadd_pairwise_i8x16_u
                (i8x16.popcnt (v128.xor (v128.load (local.get $rows)) (v128.load (local.get $other)))))))
          (local.set $other (i32.add (local.get $other) (i32.const 16)))
          (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
          (br_if $chunk (i32.lt_u (local.get $rows) (local.get $rowEnd))))
        (local.set $sum (i32x4.extadd_pairwise_i16x8_u (local.get $sum)))
        (i32.store16
          (local.get $out)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
            (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (br $row)))))
